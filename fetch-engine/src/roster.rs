//! The sources of one stream: who they are, and which letter each has.
//!
//! A letter is given when a server is first met and kept for as long as the stream is open, also
//! while the server is away and when it comes back at another address.

use std::sync::Arc;

use tributary_core::directory::SourceEntry;
use tributary_core::pattern::{MAX_SOURCES, SourceId};

use crate::web::WebSource;

/// One source.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The server's name; its address until it has told one.
    pub(crate) name: String,
    /// `HOST:PORT`; of a plain web server the file's address.
    pub(crate) address: String,
    /// The file, where it is one on a plain web server.
    pub(crate) web: Option<Arc<WebSource>>,
    /// Given by the user: stays, whatever a director says.
    given: bool,
    /// Named by the director in its last list.
    listed: bool,
}

/// What a new list changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A source is there: for the first time, again, or at another address.
    Added(SourceId),
    /// A source no longer holds the stream, or no longer at the address it had.
    Withdrawn(SourceId),
}

impl Member {
    /// What its rate is remembered by: the server, never what was fetched from it.
    pub(crate) fn remembered_as(&self) -> String {
        self.web.as_ref().map_or_else(|| self.address.clone(), |web| web.url().origin())
    }
}

/// All sources ever met, in the order of their letters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    members: Vec<Member>,
    left_out: bool,
}

impl Roster {
    /// A source that the user gave; nothing where it is known or there is no letter left.
    pub(crate) fn give(&mut self, address: &str) -> Option<Change> {
        if self.members.iter().any(|member| member.address == address) {
            return None;
        }
        let (name, address) = (address.to_owned(), address.to_owned());
        self.add(Member { name, address, web: None, given: true, listed: false })
    }

    /// A file on a plain web server that the user gave; nothing where it is known or there is no letter
    /// left.
    pub(crate) fn give_web(&mut self, web: &Arc<WebSource>) -> Option<Change> {
        let known = |member: &Member| member.web.as_ref().is_some_and(|other| other.url() == web.url());
        if self.members.iter().any(known) {
            return None;
        }
        let (name, address) = (web.url().authority(), web.url().shown());
        self.add(Member { name, address, web: Some(web.clone()), given: true, listed: false })
    }

    /// Takes the director's list.
    pub(crate) fn list(&mut self, entries: &[SourceEntry]) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut seen = vec![false; self.members.len()];
        for entry in entries {
            let known = self
                .members
                .iter()
                .position(|member| member.name == entry.name && member.web.is_none())
                .or_else(|| self.members.iter().position(|m| m.given && m.address == entry.address));
            let Some(place) = known else {
                let Some(change) = self.add(Member {
                    name: entry.name.clone(),
                    address: entry.address.clone(),
                    web: None,
                    given: false,
                    listed: true,
                }) else {
                    continue;
                };
                changes.push(change);
                seen.push(true);
                continue;
            };
            if std::mem::replace(&mut seen[place], true) {
                continue;
            }
            let (member, source) = (&mut self.members[place], id(place));
            let there = member.given || member.listed;
            let moved = member.address != entry.address;
            if there && moved {
                changes.push(Change::Withdrawn(source));
            }
            if !there || moved {
                changes.push(Change::Added(source));
            }
            *member = Member { listed: true, given: member.given, ..member_of(entry) };
        }
        for (place, member) in self.members.iter_mut().enumerate() {
            if member.listed && !seen[place] {
                member.listed = false;
                if !member.given {
                    changes.push(Change::Withdrawn(id(place)));
                }
            }
        }
        changes
    }

    /// A server told its name. Only where the user gave its address is that news.
    pub(crate) fn rename(&mut self, source: SourceId, name: String) {
        if let Some(member) = self.members.get_mut(source.index())
            && member.given
            && !member.listed
            && !name.is_empty()
        {
            member.name = name;
        }
    }

    /// One source.
    pub(crate) fn get(&self, source: SourceId) -> Option<&Member> {
        self.members.get(source.index())
    }

    /// Sources that the director lists now.
    pub(crate) fn listed(&self) -> impl Iterator<Item = SourceId> {
        self.members.iter().enumerate().filter(|(_, member)| member.listed).map(|(place, _)| id(place))
    }

    /// All sources.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SourceId, &Member)> {
        self.members.iter().enumerate().map(|(place, member)| (id(place), member))
    }

    /// Whether there were more sources than letters since this was last asked.
    pub(crate) fn take_left_out(&mut self) -> bool {
        std::mem::take(&mut self.left_out)
    }

    fn add(&mut self, member: Member) -> Option<Change> {
        if self.members.len() >= MAX_SOURCES {
            self.left_out = true;
            return None;
        }
        self.members.push(member);
        Some(Change::Added(id(self.members.len() - 1)))
    }
}

fn member_of(entry: &SourceEntry) -> Member {
    let (name, address) = (entry.name.clone(), entry.address.clone());
    Member { name, address, web: None, given: false, listed: true }
}

fn id(place: usize) -> SourceId {
    u8::try_from(place).ok().and_then(SourceId::new).expect("there are at most as many members as letters")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(list: &[(&str, &str)]) -> Vec<SourceEntry> {
        let entry = |(name, address): &(&str, &str)| SourceEntry {
            name: (*name).to_owned(),
            address: (*address).to_owned(),
        };
        list.iter().map(entry).collect()
    }

    fn letter(letter: char) -> SourceId {
        SourceId::new(letter as u8 - b'A').unwrap()
    }

    #[test]
    fn letters_stay_while_servers_come_and_go() {
        let mut roster = Roster::default();
        let (a, b) = (letter('A'), letter('B'));
        let both = entries(&[("alpha", "h:1"), ("beta", "h:2")]);
        assert_eq!(roster.list(&both), [Change::Added(a), Change::Added(b)]);
        assert_eq!(roster.list(&both), []);
        assert_eq!(roster.list(&both[1..]), [Change::Withdrawn(a)]);
        assert_eq!(roster.list(&both[1..]), []);
        let back = entries(&[("beta", "h:2"), ("alpha", "h:9")]);
        assert_eq!(roster.list(&back), [Change::Added(a)]);
        assert_eq!(roster.get(a).unwrap().address, "h:9");
        let moved = entries(&[("beta", "h:3"), ("alpha", "h:9")]);
        assert_eq!(roster.list(&moved), [Change::Withdrawn(b), Change::Added(b)]);
    }

    #[test]
    fn a_given_source_is_never_withdrawn() {
        let mut roster = Roster::default();
        assert_eq!(roster.give("h:1"), Some(Change::Added(letter('A'))));
        assert_eq!(roster.give("h:1"), None);
        roster.rename(letter('A'), "alpha".to_owned());
        assert_eq!(roster.get(letter('A')).unwrap().name, "alpha");
        assert_eq!(roster.list(&entries(&[("alpha", "h:1")])), []);
        assert_eq!(roster.list(&[]), []);
    }

    #[test]
    fn a_web_server_is_no_server_of_a_director_whatever_its_name() {
        let mut roster = Roster::default();
        let web = Arc::new(WebSource::new("http://h:1/film?key=1".parse().unwrap()));
        assert_eq!(roster.give_web(&web), Some(Change::Added(letter('A'))));
        assert_eq!(roster.give_web(&web), None);
        let member = roster.get(letter('A')).unwrap();
        assert_eq!((member.name.as_str(), member.address.as_str()), ("h:1", "http://h:1/film?…"));
        assert_eq!(member.remembered_as(), "http://h:1");
        assert_eq!(roster.list(&entries(&[("h:1", "h:1")])), [Change::Added(letter('B'))]);
        assert!(roster.get(letter('A')).unwrap().web.is_some());
    }

    #[test]
    fn no_more_than_there_are_letters() {
        let mut roster = Roster::default();
        let names: Vec<String> = (0..70).map(|n| format!("s{n}")).collect();
        let list: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "h:1")).collect();
        assert_eq!(roster.list(&entries(&list)).len(), MAX_SOURCES);
        assert!(roster.take_left_out() && !roster.take_left_out());
        assert_eq!(roster.list(&entries(&list)), []);
    }

    #[test]
    fn a_name_listed_twice_counts_once() {
        let mut roster = Roster::default();
        let twice = entries(&[("alpha", "h:1"), ("alpha", "h:2")]);
        assert_eq!(roster.list(&twice), [Change::Added(letter('A'))]);
        assert_eq!(roster.get(letter('A')).unwrap().address, "h:1");
    }
}
