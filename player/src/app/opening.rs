//! Opens a stream on a thread of its own, because the director is asked on the way.

use std::thread;

use fetch_engine::{Engine, Locator, OpenOptions, SourceUrl};

use super::inbox::{Message, Sender};
use super::why;

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
