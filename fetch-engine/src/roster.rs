//! The sources of one stream: who they are, and which letter each has.
//!
//! A letter is given when a server is first met and kept for as long as the stream is open, also
//! while the server is away and when it comes back at another address. Each route to a server, straight
//! or by way of a relay, is a source of its own (FIG. 11, 12): the pattern divides the server's stream
//! over them.

mod blame;

use std::collections::BTreeSet;
use std::sync::Arc;

use tributary_core::directory::{RouteEntry, SourceEntry};
use tributary_core::pattern::{MAX_SOURCES, SourceId};

use crate::web::WebSource;

/// One source.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The server's name; its address until it has told one.
    pub(crate) name: String,
    /// `HOST:PORT`; of a plain web server the file's address.
    pub(crate) address: String,
    /// The relay by which it is reached; none where it is reached straight.
    pub(crate) via: Option<RouteEntry>,
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
    /// What its rate is remembered by: the server and the way to it, never what was fetched from it.
    pub(crate) fn remembered_as(&self) -> String {
        let server = self.web.as_ref().map_or_else(|| self.address.clone(), |web| web.url().origin());
        self.via.as_ref().map_or_else(|| server.clone(), |relay| format!("{server} via {}", relay.address))
    }

    /// How it is called in messages: with the relay, where there is one.
    pub(crate) fn called(&self) -> String {
        self.via
            .as_ref()
            .map_or_else(|| self.name.clone(), |relay| format!("{} via {}", self.name, relay.name))
    }

    /// The way to it: `direct` or `via NAME`.
    pub(crate) fn route(&self) -> String {
        self.via.as_ref().map_or_else(|| "direct".to_owned(), |relay| format!("via {}", relay.name))
    }

    /// Whether this is that server, by that way, as a director names both.
    fn is(&self, name: &str, via: Option<&RouteEntry>) -> bool {
        let same_way = match (&self.via, via) {
            (None, None) => true,
            (Some(own), Some(other)) => own.name == other.name,
            _ => false,
        };
        self.name == name && same_way && self.web.is_none()
    }

    /// Whether it is used now, or was at least not withdrawn.
    const fn is_used(&self) -> bool {
        self.given || self.listed
    }

    /// Whether the user gave this address, by that way.
    fn is_given_as(&self, address: &str, via: Option<&str>) -> bool {
        let own = self.via.as_ref().map(|relay| relay.address.as_str());
        self.given && self.web.is_none() && self.address == address && own == via
    }
}

/// All sources ever met, in the order of their letters.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    members: Vec<Member>,
    /// Most relays that are used to reach one server.
    max_routes_per_server: usize,
    /// Most sources that are used at once because a director lists them.
    max_at_once: usize,
    left_out: bool,
    /// Whether somebody was left out to keep to that number.
    has_no_room: bool,
}

impl Roster {
    /// Nobody yet. Each server that a director lists may be reached by so many relays as well, and so many of
    /// all these are used at once.
    pub(crate) const fn new(max_routes_per_server: usize, max_at_once: usize) -> Self {
        Self { members: Vec::new(), max_routes_per_server, max_at_once, left_out: false, has_no_room: false }
    }

    /// A source that the user gave, and the relay to reach it by; nothing where it is known or there is
    /// no letter left.
    pub(crate) fn give(&mut self, address: &str, via: Option<&str>) -> Option<Change> {
        if self.members.iter().any(|member| member.is_given_as(address, via)) {
            return None;
        }
        let (name, address) = (address.to_owned(), address.to_owned());
        let via = via.map(|relay| RouteEntry { name: relay.to_owned(), address: relay.to_owned() });
        self.add(Member { name, address, via, web: None, given: true, listed: false })
    }

    /// A file on a plain web server that the user gave; nothing where it is known or there is no letter
    /// left.
    pub(crate) fn give_web(&mut self, web: &Arc<WebSource>) -> Option<Change> {
        let known = |member: &Member| member.web.as_ref().is_some_and(|other| other.url() == web.url());
        if self.members.iter().any(known) {
            return None;
        }
        let (name, address) = (web.url().authority(), web.url().shown());
        self.add(Member { name, address, via: None, web: Some(web.clone()), given: true, listed: false })
    }

    /// Takes the director's list. Servers come before the relays to them, where letters are few.
    pub(crate) fn list(&mut self, entries: &[SourceEntry]) -> Vec<Change> {
        self.has_no_room = false;
        let mut changes = self.list_all(entries);
        if self.has_no_room {
            // Who went made room for others.
            changes.extend(self.list_all(entries));
        }
        changes
    }

    fn list_all(&mut self, entries: &[SourceEntry]) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut seen = vec![false; self.members.len()];
        for entry in entries {
            self.list_one(entry, None, &mut seen, &mut changes);
        }
        for entry in entries {
            for relay in entry.routes.iter().take(self.max_routes_per_server) {
                self.list_one(entry, Some(relay), &mut seen, &mut changes);
            }
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

    /// Takes one server of the list, by one way.
    fn list_one(
        &mut self,
        entry: &SourceEntry,
        via: Option<&RouteEntry>,
        seen: &mut Vec<bool>,
        changes: &mut Vec<Change>,
    ) {
        let relay = via.map(|relay| relay.address.as_str());
        let listed = Member {
            name: entry.name.clone(),
            address: entry.address.clone(),
            via: via.cloned(),
            web: None,
            given: false,
            listed: true,
        };
        let known = self.members.iter().position(|member| member.is(&entry.name, via));
        let known = known.or_else(|| self.members.iter().position(|m| m.is_given_as(&entry.address, relay)));
        let Some(place) = known else {
            if let Some(change) = self.add(listed) {
                changes.push(change);
                seen.push(true);
            }
            return;
        };
        if std::mem::replace(&mut seen[place], true) {
            return;
        }
        let there = self.members[place].is_used();
        if !there && !self.has_room() {
            return;
        }
        let (member, source) = (&mut self.members[place], id(place));
        let before = member.via.as_ref().map(|relay| relay.address.as_str());
        let moved = member.address != entry.address || before != relay;
        if there && moved {
            changes.push(Change::Withdrawn(source));
        }
        if !there || moved {
            changes.push(Change::Added(source));
        }
        *member = Member { given: member.given, ..listed };
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

    /// Who else is not to be believed, where `liars` sent wrong bytes: see [`blame`].
    pub(crate) fn blamed(&self, liars: &BTreeSet<SourceId>) -> Vec<SourceId> {
        let members: Vec<(SourceId, &Member)> = self.iter().collect();
        blame::blamed(&members, liars)
    }

    /// Whether there were more sources than letters since this was last asked.
    pub(crate) fn take_left_out(&mut self) -> bool {
        std::mem::take(&mut self.left_out)
    }

    /// Whether one more that a director lists may be used, which is noted where not.
    fn has_room(&mut self) -> bool {
        let room = self.members.iter().filter(|member| member.is_used()).count() < self.max_at_once;
        self.has_no_room |= !room;
        room
    }

    fn add(&mut self, member: Member) -> Option<Change> {
        if self.members.len() >= MAX_SOURCES {
            self.left_out = true;
            return None;
        }
        if !member.given && !self.has_room() {
            return None;
        }
        self.members.push(member);
        Some(Change::Added(id(self.members.len() - 1)))
    }
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
            ..SourceEntry::default()
        };
        list.iter().map(entry).collect()
    }

    fn letter(letter: char) -> SourceId {
        SourceId::new(letter as u8 - b'A').unwrap()
    }

    #[test]
    fn letters_stay_while_servers_come_and_go() {
        let mut roster = Roster::new(2, MAX_SOURCES);
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
        let mut roster = Roster::new(2, MAX_SOURCES);
        assert_eq!(roster.give("h:1", None), Some(Change::Added(letter('A'))));
        assert_eq!(roster.give("h:1", None), None);
        roster.rename(letter('A'), "alpha".to_owned());
        assert_eq!(roster.get(letter('A')).unwrap().name, "alpha");
        assert_eq!(roster.list(&entries(&[("alpha", "h:1")])), []);
        assert_eq!(roster.list(&[]), []);
    }

    #[test]
    fn a_web_server_is_no_server_of_a_director_whatever_its_name() {
        let mut roster = Roster::new(2, MAX_SOURCES);
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
        let mut roster = Roster::new(2, MAX_SOURCES);
        let names: Vec<String> = (0..70).map(|n| format!("s{n}")).collect();
        let list: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "h:1")).collect();
        assert_eq!(roster.list(&entries(&list)).len(), MAX_SOURCES);
        assert!(roster.take_left_out() && !roster.take_left_out());
        assert_eq!(roster.list(&entries(&list)), []);
    }

    #[test]
    fn a_name_listed_twice_counts_once() {
        let mut roster = Roster::new(2, MAX_SOURCES);
        let twice = entries(&[("alpha", "h:1"), ("alpha", "h:2")]);
        assert_eq!(roster.list(&twice), [Change::Added(letter('A'))]);
        assert_eq!(roster.get(letter('A')).unwrap().address, "h:1");
    }

    #[test]
    fn each_relay_to_a_server_is_a_source_of_its_own() {
        let relay = |name: &str, address: &str| RouteEntry { name: name.into(), address: address.into() };
        let entry =
            |routes: Vec<RouteEntry>| SourceEntry { routes, ..entries(&[("alpha", "h:1")]).remove(0) };
        let both = [entry(vec![relay("west", "r:1"), relay("east", "r:2"), relay("north", "r:3")])];
        let mut roster = Roster::new(2, MAX_SOURCES);
        let (a, b, c) = (letter('A'), letter('B'), letter('C'));
        assert_eq!(
            roster.list(&both),
            [Change::Added(a), Change::Added(b), Change::Added(c)],
            "and no third"
        );
        assert_eq!(roster.list(&both), []);
        let shown = |source| (roster.get(source).unwrap().route(), roster.get(source).unwrap().called());
        assert_eq!(shown(a), ("direct".to_owned(), "alpha".to_owned()));
        assert_eq!(shown(b), ("via west".to_owned(), "alpha via west".to_owned()));
        assert_eq!(roster.get(c).unwrap().remembered_as(), "h:1 via r:2");
        // A relay leaves and comes back elsewhere; the server itself moves.
        assert_eq!(roster.list(&[entry(vec![relay("east", "r:2")])]), [Change::Withdrawn(b)]);
        let back = [entry(vec![relay("west", "r:9"), relay("east", "r:2")])];
        assert_eq!(roster.list(&back), [Change::Added(b)]);
        assert_eq!(roster.get(b).unwrap().via, Some(relay("west", "r:9")));
        assert_eq!(Roster::new(0, MAX_SOURCES).list(&both), [Change::Added(a)], "no relays are used");
    }

    #[test]
    fn a_given_way_by_a_relay_is_the_directors_once_it_lists_it() {
        let mut roster = Roster::new(2, MAX_SOURCES);
        assert_eq!(roster.give("h:1", Some("r:1")), Some(Change::Added(letter('A'))));
        assert_eq!(roster.give("h:1", Some("r:1")), None);
        assert_eq!(roster.give("h:1", None), Some(Change::Added(letter('B'))));
        let routes = vec![RouteEntry { name: "west".into(), address: "r:1".into() }];
        let listed = SourceEntry { routes, ..entries(&[("alpha", "h:1")]).remove(0) };
        assert_eq!(roster.list(std::slice::from_ref(&listed)), []);
        assert_eq!(roster.get(letter('A')).unwrap().called(), "alpha via west");
        assert_eq!(roster.list(&[]), []);
    }

    #[test]
    fn no_more_are_used_at_once_than_wanted() {
        let mut roster = Roster::new(2, 2);
        let all = entries(&[("alpha", "h:1"), ("beta", "h:2"), ("gamma", "h:3")]);
        let (a, b, c) = (letter('A'), letter('B'), letter('C'));
        assert_eq!(roster.list(&all), [Change::Added(a), Change::Added(b)]);
        assert_eq!(roster.list(&all), []);
        // One that goes makes room for the next at once.
        assert_eq!(roster.list(&all[1..]), [Change::Withdrawn(a), Change::Added(c)]);
        assert_eq!(roster.list(&all), []);
        assert_eq!(roster.list(&all[..2]), [Change::Withdrawn(c), Change::Added(a)]);
        assert!(!roster.take_left_out());
    }
}
