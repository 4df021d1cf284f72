//! A window that filled the desktop does so again. Some window managers take that wish only once the window is
//! to be seen, and nothing tells when that is.

use std::time::Duration;

/// Between two wishes.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(40);
/// Most wishes; a window manager that has not heard these does not want to.
const MOST_WISHES: u8 = 25;

/// See the module's header.
#[derive(Debug, Default)]
pub(super) struct Enlarging {
    left: u8,
}

impl Enlarging {
    /// Whether the window shall be enlarged at all.
    pub(super) const fn wanted(wanted: bool) -> Self {
        Self { left: if wanted { MOST_WISHES } else { 0 } }
    }

    /// Whether to wish for it again, by what the window is now. Where it is then is not to be remembered.
    pub(super) fn again(&mut self, maximized: Option<bool>) -> bool {
        if maximized == Some(true) {
            self.left = 0;
        }
        let again = self.left > 0;
        self.left = self.left.saturating_sub(1);
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_wished_for_until_it_is_so_and_not_for_ever() {
        assert!(!Enlarging::wanted(false).again(Some(false)));
        let mut enlarging = Enlarging::wanted(true);
        assert!(enlarging.again(None) && enlarging.again(Some(false)));
        assert!(!enlarging.again(Some(true)));
        assert!(!enlarging.again(Some(false)), "somebody made it smaller");
        let mut deaf = Enlarging::wanted(true);
        assert_eq!((0..200).filter(|_| deaf.again(Some(false))).count(), usize::from(MOST_WISHES));
    }
}
