//! Keeps a server or a relay listed at its director: all it has to say once and at each change, the lease
//! in between. Without a director it goes on serving, and tries again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_core::directory::{
    LeaseGrant, MAX_SERVED_TOLD, Problem, RENEW_SECONDS, Renewal, ServedStream, ServerLoad,
};

/// A request that takes longer counts as unanswered.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(4);
/// More time for each title of a table of contents, which the director reads and writes whole.
const REQUEST_TIMEOUT_PER_TITLE: Duration = Duration::from_millis(1);
/// Time to be taken off the list at the stop.
const WITHDRAW_TIMEOUT: Duration = Duration::from_secs(1);
/// First wait after a failure; doubled up to [`RENEW_SECONDS`].
const FIRST_RETRY: Duration = Duration::from_millis(250);
/// Changes that come together are sent together: this long is waited for more, ...
const GATHER_CHANGES: Duration = Duration::from_millis(200);
/// ... and this much longer for each title, since a large table is sent whole, ...
const GATHER_PER_TITLE: Duration = Duration::from_micros(500);
/// ... but never longer than this.
const MAX_GATHER: Duration = Duration::from_secs(RENEW_SECONDS);
/// Time for the first look at the directory. A restarted server that registered before it would take
/// its own films off the list for a moment.
const FIRST_LOOK: Duration = Duration::from_millis(500);

/// Why the director does not list us.
#[derive(Debug, thiserror::Error)]
enum RegisterError {
    #[error("the director at {url} can't be reached: {source}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("the director at {url} has forgotten this one")]
    Forgotten { url: String },
    #[error("the director at {url} refuses this one: {message}")]
    Refused { url: String, message: String },
}

/// What is listed at a director.
pub(crate) trait Listed: Send + Sync + 'static {
    /// Whether it is a content server or a relay: `servers` or `relays`, as in the director's paths.
    const KIND: &'static str;

    /// Its name.
    fn name(&self) -> &str;

    /// All it has to say, as the JSON body of its registration.
    ///
    /// # Errors
    /// Never in practice: texts and numbers can always be written as JSON.
    fn registration(&self, instance: &str) -> serde_json::Result<Vec<u8>>;

    /// How many entries that has; more of them take longer to send.
    fn entries(&self) -> usize;

    /// What it does now.
    fn doing(&self) -> Doing;

    /// Told of every change of it.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Whether it still looks around for what it has to say.
    fn is_looking(&self) -> bool;

    /// Noted here: whether the director lists it now.
    fn registered(&self) -> &AtomicBool;

    /// The stop.
    fn stop(&self) -> &CancellationToken;
}

/// What is told of what a server or relay does, with bytes in the place of a rate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doing {
    /// Connections open now.
    pub(crate) connections: u64,
    /// Bytes sent since the start.
    pub(crate) sent_bytes: u64,
    /// Most bits a second that it sends, where it has such a limit.
    pub(crate) limit_bps: Option<u64>,
    /// Streams that are drawn from it.
    pub(crate) serving: Vec<ServedStream>,
}

/// What was told last, and when: what comes next is told as a rate.
#[derive(Debug)]
struct Told {
    at: Instant,
    sent_bytes: u64,
}

impl Told {
    /// What `doing` is since then; remembers it.
    fn load(&mut self, doing: Doing, now: Instant) -> ServerLoad {
        let seconds = (now - self.at).as_secs_f64();
        let bits = doing.sent_bytes.saturating_sub(self.sent_bytes) as f64 * 8.0;
        *self = Self { at: now, sent_bytes: doing.sent_bytes };
        let mut serving = doing.serving;
        serving.truncate(MAX_SERVED_TOLD);
        ServerLoad {
            connections: doing.connections,
            sent_bps: if seconds > 0.0 { (bits / seconds) as u64 } else { 0 },
            limit_bps: doing.limit_bps,
            serving,
        }
    }
}

/// A place at a director.
#[derive(Debug)]
pub(crate) struct Registrar<T> {
    client: reqwest::Client,
    director: String,
    instance: String,
    serving: Arc<T>,
}

impl<T: Listed> Registrar<T> {
    /// Prepares to list `serving`.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn new(director: String, serving: Arc<T>) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(REQUEST_TIMEOUT).no_proxy().build()?;
        Ok(Self { client, director, instance: random_instance(), serving })
    }

    /// Keeps the server listed until the stop, then takes it off.
    pub(crate) async fn run(self) {
        let stop = self.serving.stop().clone();
        stop.run_until_cancelled(self.keep_listed()).await;
        let url = format!("{}?instance={}", self.server_url(), self.instance);
        let asked = self.client.delete(url).timeout(WITHDRAW_TIMEOUT).send().await;
        if let Err(error) = asked {
            tracing::debug!("the director was not told of the stop: {error}");
        }
    }

    async fn keep_listed(&self) {
        // Slower than that: it registers with what there is, and again with the rest.
        let _ = tokio::time::timeout(FIRST_LOOK, self.first_look()).await;
        let mut changes = self.serving.changes();
        let mut fence = None;
        let mut told = Told { at: Instant::now(), sent_bytes: self.serving.doing().sent_bytes };
        let mut retry = FIRST_RETRY;
        let mut complained = String::new();
        loop {
            let asked = match fence {
                None => {
                    changes.mark_unchanged();
                    self.register().await
                }
                Some(fence) => {
                    let load = told.load(self.serving.doing(), Instant::now());
                    self.renew(fence, load).await
                }
            };
            let wait = match asked {
                Ok(granted) => {
                    fence = Some(granted);
                    if !self.serving.registered().swap(true, Ordering::Relaxed) {
                        tracing::info!(director = self.director, "registered");
                    }
                    complained.clear();
                    retry = FIRST_RETRY;
                    Duration::from_secs(RENEW_SECONDS)
                }
                Err(RegisterError::Forgotten { .. }) if fence.is_some() => {
                    fence = None;
                    continue;
                }
                Err(error) => {
                    self.serving.registered().store(false, Ordering::Relaxed);
                    fence = fence.filter(|_| matches!(error, RegisterError::Unreachable { .. }));
                    // Said once, not at each try.
                    let said = error.to_string();
                    if said != complained {
                        tracing::warn!("{said}; serving goes on, and it is asked again");
                        complained = said;
                    }
                    let wait = retry;
                    retry = (retry * 2).min(Duration::from_secs(RENEW_SECONDS));
                    wait
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                changed = changes.changed(), if fence.is_some() => {
                    if changed.is_err() {
                        return;
                    }
                    let titles = u32::try_from(self.serving.entries()).unwrap_or(u32::MAX);
                    let gather = GATHER_CHANGES + GATHER_PER_TITLE.saturating_mul(titles);
                    tokio::time::sleep(gather.min(MAX_GATHER)).await;
                    fence = None;
                }
            }
        }
    }

    async fn first_look(&self) {
        while self.serving.is_looking() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn register(&self) -> Result<u64, RegisterError> {
        let timeout = time_to_register(self.serving.entries());
        let body = self.serving.registration(&self.instance);
        let body = body.expect("texts and numbers can always be written as JSON");
        let request = self.client.put(self.server_url()).timeout(timeout);
        self.grant(request.header(CONTENT_TYPE, "application/json").body(body)).await
    }

    async fn renew(&self, fence: u64, load: ServerLoad) -> Result<u64, RegisterError> {
        let body = Renewal { instance: self.instance.clone(), fence, load: Some(load) };
        self.grant(self.client.post(format!("{}/lease", self.server_url())).json(&body)).await
    }

    async fn grant(&self, request: reqwest::RequestBuilder) -> Result<u64, RegisterError> {
        let url = || self.director.clone();
        let unreachable =
            |source: reqwest::Error| RegisterError::Unreachable { url: url(), source: source.without_url() };
        let answer = request.send().await.map_err(unreachable)?;
        match answer.status() {
            StatusCode::NOT_FOUND => Err(RegisterError::Forgotten { url: url() }),
            status if status.is_success() => {
                let grant: LeaseGrant = answer.json().await.map_err(unreachable)?;
                Ok(grant.fence)
            }
            status => {
                let problem = answer.json::<Problem>().await.map(|problem| problem.message);
                Err(RegisterError::Refused {
                    url: url(),
                    message: problem.unwrap_or_else(|_| status.to_string()),
                })
            }
        }
    }

    fn server_url(&self) -> String {
        format!("{}/v1/{}/{}", self.director, T::KIND, in_path(self.serving.name()))
    }
}

/// How long the registration of so many titles may take.
fn time_to_register(titles: usize) -> Duration {
    let titles = u32::try_from(titles).unwrap_or(u32::MAX);
    REQUEST_TIMEOUT.saturating_add(REQUEST_TIMEOUT_PER_TITLE.saturating_mul(titles))
}

/// A name as one segment of a path.
fn in_path(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Tells this run of the server from any other: 128 random bits, from the system by way of the hasher's
/// seeds.
fn random_instance() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let process = u64::from(std::process::id());
    let mut hasher = blake3::Hasher::new();
    for part in [random(), random(), process] {
        hasher.update(&part.to_le_bytes());
    }
    hasher.update(format!("{:?}", std::time::SystemTime::now()).as_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_path_segments() {
        assert_eq!(in_path("alpha-1"), "alpha-1");
        assert_eq!(in_path("a b/ü"), "a%20b%2F%C3%BC");
    }

    #[test]
    fn what_was_sent_since_is_told_as_a_rate() {
        let start = Instant::now();
        let mut told = Told { at: start, sent_bytes: 1_000 };
        let doing = |sent_bytes| Doing { connections: 2, sent_bytes, limit_bps: None, serving: Vec::new() };
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(told.load(doing(6_001_000), at(5)).sent_bps, 9_600_000);
        assert_eq!(told.load(doing(6_001_000), at(10)).sent_bps, 0);
        assert_eq!(told.load(doing(7_000_000), at(10)).sent_bps, 0, "no time went by");
    }

    #[test]
    fn a_large_table_has_more_time() {
        assert_eq!(time_to_register(0), Duration::from_secs(4));
        assert_eq!(time_to_register(200_000), Duration::from_secs(204));
    }

    #[test]
    fn instances_differ() {
        assert_ne!(random_instance(), random_instance());
        assert_eq!(random_instance().len(), 32);
    }
}
