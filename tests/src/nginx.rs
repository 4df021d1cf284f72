//! nginx as a plain web server: files of a folder on a free port of loopback.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::http::get;
use crate::process::Process;
use crate::wait_until;

/// How long it may take to listen.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Free ports that are tried: another program may take one before nginx does.
const PORTS_TRIED: u32 = 5;
/// Answers with what tells this nginx from any other.
const WHO: &str = "/who-is-it";

/// A running nginx. It ends with this value.
#[derive(Debug)]
pub struct Nginx {
    /// Its process: there is only one.
    pub process: Process,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

/// A key and its certificate, in PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub certificate: PathBuf,
    key: PathBuf,
}

impl Nginx {
    /// Serves the files in `root`. `options`: more lines for its server, each with its semicolon.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(name: &str, root: &Path, options: &str) -> Self {
        Self::start_as(name, root, options, None)
    }

    /// The same by https.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start_encrypted(name: &str, root: &Path, certificate: &Certificate) -> Self {
        Self::start_as(name, root, "", Some(certificate))
    }

    /// `http://` address of a file.
    #[must_use]
    pub fn url(&self, file: &str) -> String {
        format!("http://{}/{file}", self.address)
    }

    fn start_as(name: &str, root: &Path, options: &str, certificate: Option<&Certificate>) -> Self {
        for _ in 0..PORTS_TRIED {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            let port = free.expect("loopback has a free port").port();
            if let Some(nginx) = Self::start_at(name, root, options, certificate, port) {
                return nginx;
            }
        }
        panic!("nginx found no free port {PORTS_TRIED} times");
    }

    fn start_at(
        name: &str,
        root: &Path,
        options: &str,
        certificate: Option<&Certificate>,
        port: u16,
    ) -> Option<Self> {
        let own = root.parent().expect("a test's folder is in another").join(format!("nginx-{name}-{port}"));
        std::fs::create_dir_all(&own).expect("a directory can be made");
        let token = format!("{name}-{port}-{}", std::process::id());
        let listen = match certificate {
            Some(Certificate { certificate, key }) => format!(
                "listen 127.0.0.1:{port} ssl; ssl_certificate {}; ssl_certificate_key {};",
                certificate.display(),
                key.display()
            ),
            None => format!("listen 127.0.0.1:{port};"),
        };
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind}; ", own.display()))
            .concat();
        let text = format!(
            "daemon off; master_process off; pid {own}/pid; error_log stderr;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log {own}/access.log; {temporary}\n\
             server {{ {listen} root {root}; {options}\n\
             location = {WHO} {{ return 200 {token}; }} }} }}\n",
            own = own.display(),
            root = root.display(),
        );
        let path = own.join("nginx.conf");
        std::fs::write(&path, text).expect("a file can be written");
        let (prefix, path) = (own.display().to_string(), path.display().to_string());
        let arguments = ["-p", &prefix, "-c", &path, "-e", "stderr"];
        let mut process = Process::start(name, &own, Path::new("/usr/sbin/nginx"), arguments, &[]);
        let address = format!("127.0.0.1:{port}");
        let serves = wait_until("nginx to serve", START_LIMIT, || {
            if process.exit_code().is_some() {
                let errors = process.errors();
                assert!(errors.contains("bind()"), "nginx ended: {errors}");
                return Some(false);
            }
            match certificate {
                // Whoever has the port otherwise will not show this certificate.
                Some(_) => std::net::TcpStream::connect(&address).ok().map(|_| true),
                None => get(&address, WHO, "").ok().map(|answer| answer.body == token.as_bytes()),
            }
        });
        serves.then_some(Self { process, address })
    }
}

impl Certificate {
    /// Makes a certificate for 127.0.0.1 that is signed by its own key.
    ///
    /// # Panics
    /// Where openssl can't.
    #[must_use]
    pub fn self_signed(directory: &Path) -> Self {
        let (certificate, key) = (directory.join("certificate.pem"), directory.join("key.pem"));
        let made = std::process::Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
            .args(["-days", "2", "-subj", "/CN=tributary test", "-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .expect("openssl can be started");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { certificate, key }
    }
}
