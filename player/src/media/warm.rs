//! Loads beforehand what most films are played with: libraries of codecs are large, and reading one while a
//! first film is awaited takes a tenth of a second.

use std::sync::Once;
use std::thread;

use gstreamer as gst;
use gstreamer::prelude::*;

/// One element of each library that most films need.
const USUAL: [&str; 11] = [
    "qtdemux",
    "matroskademux",
    "h264parse",
    "aacparse",
    "avdec_h264",
    "multiqueue",
    "videoconvert",
    "audioconvert",
    "audioresample",
    "volume",
    "scaletempo",
];

/// Begins to load them, once, on a thread of its own.
pub(super) fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        if let Err(why) = thread::Builder::new().name("warming".into()).spawn(load) {
            tracing::debug!("nothing is loaded beforehand: {why}");
        }
    });
}

/// Loads those that are installed; a film that needs others says so itself.
fn load() {
    for name in USUAL {
        if let Some(factory) = gst::ElementFactory::find(name)
            && let Err(why) = factory.load()
        {
            tracing::debug!("{name} can't be loaded: {why}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_loaded() {
        gst::init().unwrap();
        load();
        for name in USUAL {
            if let Some(factory) = gst::ElementFactory::find(name) {
                assert!(factory.plugin().is_some_and(|plugin| plugin.is_loaded()), "{name}");
            }
        }
    }
}
