//! Ctrl-C and SIGTERM: the first ends the fetch cleanly, the second at once.

use std::io;
use std::thread;

use fetch_engine::Cancel;
use tokio::signal::unix::{SignalKind, signal};

/// Exit code of a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Has `cancel` used when the program is told to stop.
pub(crate) fn watch(cancel: Cancel) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let entered = runtime.enter();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    drop(entered);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            for again in [false, true] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if again {
                    std::process::exit(INTERRUPTED);
                }
                cancel.cancel();
            }
        });
    })?;
    Ok(())
}
