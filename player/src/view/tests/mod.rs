//! What the views show and ask for, in windows in memory.

mod diagnose;
mod extras;
mod library;
mod pictures;
mod player;
mod settings;
mod stats;
mod title;
mod walk;
mod words;

/// Views and widgets read the state and push commands; what they must not touch is not named in
/// their sources.
#[test]
fn views_touch_no_pipeline_no_runtime_and_no_lock() {
    fn check(folder: &std::path::Path) -> usize {
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).expect("the sources are here") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                seen += if path.ends_with("tests") { 0 } else { check(&path) };
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            for word in ["gstreamer", "crate::media", "crate::app", "tokio", "Mutex", "RwLock", "std::thread"]
            {
                assert!(!text.contains(word), "{} names {word}", path.display());
            }
            seen += 1;
        }
        seen
    }
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(check(&sources.join("view")) + check(&sources.join("widget")) > 30);
    check(&sources.join("state"));
}
