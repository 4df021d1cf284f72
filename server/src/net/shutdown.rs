//! The clean stop: SIGTERM or SIGINT cancels one token, and everything that runs watches it.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT. A second one ends the process at once.
///
/// # Errors
/// When the handlers can't be installed.
pub(crate) fn on_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be watched")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be watched")?;
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        let mut either = async || tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} };
        either().await;
        tracing::info!("stopping");
        cancel.cancel();
        either().await;
        std::process::exit(1);
    });
    Ok(stop)
}

/// Cancels `stop` when standard input ends.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn on_end_of_input(stop: CancellationToken) -> anyhow::Result<()> {
    // A thread of its own: reading standard input can't be given up, and the process ends regardless.
    std::thread::Builder::new()
        .name("end-of-input".into())
        .spawn(move || {
            // Whatever comes is of no interest, nor why it ends.
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            stop.cancel();
        })
        .context("no thread can be started")?;
    Ok(())
}
