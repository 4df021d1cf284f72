//! What is played one after the other: a list that somebody gave, or the titles of the catalog
//! around the one that was chosen.

use super::Target;

/// Most entries; more are left out.
pub(super) const PLAYLIST_ENTRIES: usize = 1000;

/// See the module's header.
#[derive(Clone, Debug, Default)]
pub(super) struct Playlist {
    entries: Vec<Target>,
    at: usize,
    /// Whether somebody chose one title and the rest only lies around it.
    of_catalog: bool,
}

impl Playlist {
    /// A list that somebody gave.
    pub(super) fn given(entries: impl IntoIterator<Item = Target>) -> Self {
        Self { entries: entries.into_iter().take(PLAYLIST_ENTRIES).collect(), at: 0, of_catalog: false }
    }

    /// A catalog's titles, of which the one at `at` was chosen.
    pub(super) fn of_catalog(entries: Vec<Target>, at: usize) -> Self {
        Self { entries, at, of_catalog: true }
    }

    /// Whether the rest only lies around the title that was chosen.
    pub(super) const fn is_of_catalog(&self) -> bool {
        self.of_catalog
    }

    /// What is played now.
    pub(super) fn current(&self) -> Option<&Target> {
        self.entries.get(self.at)
    }

    /// What comes after it.
    pub(super) fn next(&self) -> Option<&Target> {
        self.entries.get(self.at + 1)
    }

    /// Whether something comes before it.
    pub(super) const fn has_previous(&self) -> bool {
        self.at > 0
    }

    /// Goes one further, or back; gives what is there.
    pub(super) fn step(&mut self, forward: bool) -> Option<Target> {
        let to = if forward { self.at.checked_add(1)? } else { self.at.checked_sub(1)? };
        let target = self.entries.get(to)?.clone();
        self.at = to;
        Some(target)
    }

    /// Adds an entry at the end; says whether there was room.
    pub(super) fn append(&mut self, target: Target) -> bool {
        if self.of_catalog {
            // Somebody makes a list of their own: what merely lay around goes.
            self.entries = self.current().cloned().into_iter().collect();
            (self.at, self.of_catalog) = (0, false);
        }
        let room = self.entries.len() < PLAYLIST_ENTRIES;
        if room {
            self.entries.push(target);
        }
        room
    }

    /// Puts these in the place of what is played now, and stands at the first of them.
    pub(super) fn unfold(&mut self, entries: Vec<Target>) -> Option<Target> {
        if self.at < self.entries.len() && !entries.is_empty() {
            self.entries.splice(self.at..=self.at, entries);
            self.entries.truncate(PLAYLIST_ENTRIES);
        }
        self.current().cloned()
    }

    /// Stands at the last entry, as if all before it were played.
    pub(super) fn go_to_last(&mut self) -> Option<Target> {
        self.at = self.entries.len().checked_sub(1)?;
        self.current().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str) -> Target {
        Target::Unknown(name.to_owned())
    }

    #[test]
    fn one_goes_forward_and_back_and_stops_at_the_ends() {
        let mut list = Playlist::given(["a", "b", "c"].map(target));
        assert_eq!(list.current(), Some(&target("a")));
        assert!(list.step(false).is_none() && !list.has_previous());
        assert_eq!(list.step(true), Some(target("b")));
        assert_eq!(list.next(), Some(&target("c")));
        list.step(true);
        assert!(list.step(true).is_none());
        assert_eq!(list.current(), Some(&target("c")));
        assert_eq!(list.step(false), Some(target("b")));
    }

    #[test]
    fn a_list_is_bounded() {
        let mut list = Playlist::given((0..5000).map(|n| target(&n.to_string())));
        assert_eq!(list.entries.len(), PLAYLIST_ENTRIES);
        assert!(!list.append(target("one more")));
    }

    #[test]
    fn a_list_within_a_list_takes_its_place() {
        let mut list = Playlist::given(["a", "list", "z"].map(target));
        list.step(true);
        assert_eq!(list.unfold(vec![target("b"), target("c")]), Some(target("b")));
        assert_eq!(list.entries, ["a", "b", "c", "z"].map(target));
        assert_eq!(list.unfold(Vec::new()), Some(target("b")));
    }

    #[test]
    fn adding_to_what_lay_around_makes_a_list_of_ones_own() {
        let mut list = Playlist::of_catalog(vec![target("a"), target("b"), target("c")], 1);
        assert!(list.is_of_catalog() && list.has_previous());
        assert!(list.append(target("z")));
        assert!(!list.is_of_catalog() && !list.has_previous());
        assert_eq!(list.next(), Some(&target("z")));
        assert_eq!(list.go_to_last(), Some(target("z")));
    }
}
