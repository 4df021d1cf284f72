//! Preview pictures of a stream: asked of its content servers one after the other, straight.

use std::time::Duration;

use tributary_core::geometry::StreamId;

use crate::engine::Engine;
use crate::stream::Stream;

/// Largest sheet of pictures, in bytes.
const MAX_SHEET_BYTES: usize = 4 << 20;
/// Most servers asked.
const MAX_SERVERS: usize = 8;
/// How long one server may take: its line is needed for the film, too.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

impl Engine {
    /// Preview pictures of a stream, as the JPEG that [`tributary_core::previews`] describes; none where
    /// no server has any. Nothing proves them. Blocks while servers answer.
    #[must_use]
    pub fn previews(&self, stream: &Stream) -> Option<Vec<u8>> {
        let id = stream.hash()?;
        let sources = stream.snapshot().sources;
        let trusted = sources.into_iter().filter(|source| source.state != "quarantined");
        // A plain web server's address is that of a file, and there are no pictures beside it.
        let mut servers: Vec<String> =
            trusted.map(|source| source.address).filter(|address| !address.contains('/')).collect();
        servers.dedup();
        self.block_on(async {
            for server in servers.iter().take(MAX_SERVERS) {
                let answer = tokio::time::timeout(ANSWER_TIMEOUT, ask(self.http(), server, id)).await;
                if let Ok(Some(sheet)) = answer {
                    return Some(sheet);
                }
            }
            None
        })
    }
}

async fn ask(http: &reqwest::Client, server: &str, stream: StreamId) -> Option<Vec<u8>> {
    let request = http.get(format!("http://{server}/previews/{stream}"));
    let mut response = request.send().await.ok()?.error_for_status().ok()?;
    let mut sheet = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if sheet.len() + chunk.len() > MAX_SHEET_BYTES {
            return None;
        }
        sheet.extend_from_slice(&chunk);
    }
    Some(sheet)
}
