//! What Tributary's window is made of, apart from the window itself: playback and remote control.
//!
//! Views read a state and push commands; nothing here knows about widgets, except
//! [`media::surface`], which draws a frame into the place a view gives it.

pub mod ipc;
pub mod media;
