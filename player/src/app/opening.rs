//! Opens a stream, or a playlist of a web server, on a thread of its own, because others are asked on the way.

use std::thread;

use fetch_engine::{Engine, Locator, OpenOptions, SourceUrl, WebUrl};

use super::inbox::{Message, Sender};
use super::{m3u, why};
use crate::i18n::t;

/// Opens what `locator` names; the answer comes as [`Message::Opened`] with `number`.
pub(super) fn open(
    engine: &Engine,
    sender: &Sender,
    number: u64,
    locator: Locator,
    options: OpenOptions,
    sources: &[String],
) {
    let parsed: Result<Vec<SourceUrl>, _> = sources.iter().map(|source| source.parse()).collect();
    let (engine, answer) = (engine.clone(), sender.clone());
    let spawned = thread::Builder::new().name("opening".into()).spawn(move || {
        let result = parsed.map_err(|why| why::locator(&why)).and_then(|sources| {
            let options = OpenOptions { sources, ..options };
            engine.open(&locator, &options).map_err(|why| why::open(&why))
        });
        answer.send(Message::Opened { number, result });
    });
    if let Err(why) = spawned {
        sender.send(Message::Opened { number, result: Err(why::thread(&why)) });
    }
}

/// Fetches the playlist at `address`; the answer comes as [`Message::Listed`] with `number`.
pub(super) fn list(engine: &Engine, sender: &Sender, number: u64, address: String) {
    let (engine, answer) = (engine.clone(), sender.clone());
    let spawned = thread::Builder::new().name("opening".into()).spawn(move || {
        let url: Result<WebUrl, _> = address.parse();
        let result = url.map_err(|why| why::locator(&why)).and_then(|url| {
            let bytes = engine.document(&url, m3u::MOST_BYTES).map_err(|why| {
                t!("fault-open-path", path = address.as_str(), why = crate::state::words::safe(&why))
            })?;
            m3u::of_web(&bytes, &address)
        });
        answer.send(Message::Listed { number, result });
    });
    if let Err(why) = spawned {
        sender.send(Message::Listed { number, result: Err(why::thread(&why)) });
    }
}
