//! Encryption for `https`: which certificates are trusted, and what is wrong with one in plain words.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// What `https` connections of an engine share. Certificates are read when the first one is made.
#[derive(Default)]
pub(crate) struct Tls {
    ca_file: Option<PathBuf>,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Tls {
    /// Trusts what the system trusts, and the certificates in `ca_file`.
    pub(crate) fn new(ca_file: Option<PathBuf>) -> Self {
        Self { ca_file, config: OnceLock::new() }
    }

    /// Encrypts a connection to `host`, once it has shown that it is.
    pub(crate) async fn wrap(&self, host: &str, tcp: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let config = self.config.get_or_init(|| configure(self.ca_file.as_deref())).clone()?;
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_| format!("{host:?} is no host's name"))?;
        TlsConnector::from(config).connect(name, tcp).await.map_err(|why| in_words(&why))
    }
}

fn configure(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let unreadable = |why: &dyn std::fmt::Display| {
            format!("the certificates in {} can't be read: {why}", path.display())
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|why| unreadable(&why))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|why| unreadable(&why))?;
            roots.add(certificate).map_err(|why| unreadable(&why))?;
        }
    }
    if roots.is_empty() {
        return Err("no certificate is trusted on this machine: install ca-certificates".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| format!("encryption can't be set up: {why}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// What went wrong, and what can be done.
fn in_words(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(why)) = inner else {
        return format!("the encrypted connection could not be made: {}", crate::connection::in_words(error));
    };
    match why {
        CertificateError::UnknownIssuer => {
            "its certificate is signed by nobody that this machine trusts (--ca-file names one more)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; is this machine's clock right?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name than the one in the address".to_owned()
        }
        CertificateError::Other(_) => {
            "its certificate can't be used for a server: it is one that signs others (a self-signed one must \
             not be marked CA)"
                .to_owned()
        }
        other => format!("its certificate is not accepted: {other:?}"),
    }
}
