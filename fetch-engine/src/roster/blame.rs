//! Whose fault wrong bytes are, where there are several ways to one server: the server's own, or those of
//! the relay on the way.
//!
//! A way that brought wrong bytes is shut out by itself. More is known when:
//! - no relay was on the way: the server sent them, and whatever comes by its relays is as wrong;
//! - two relays brought wrong bytes of one server: rather the server than both of them;
//! - one relay brought wrong bytes of two servers: rather the relay than both of them.

use std::collections::BTreeSet;

use tributary_core::pattern::SourceId;

use super::Member;

/// Sources that are to be shut out beside `liars`.
pub(super) fn blamed(members: &[(SourceId, &Member)], liars: &BTreeSet<SourceId>) -> Vec<SourceId> {
    let relay = |member: &Member| member.via.as_ref().map(|relay| relay.address.clone());
    let (mut ways, mut servers, mut relays) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, member) in members.iter().filter(|(source, _)| liars.contains(source)) {
        match relay(member) {
            None => drop(servers.insert(member.address.clone())),
            Some(relay) => drop(ways.insert((member.address.clone(), relay))),
        }
    }
    for (server, way) in &ways {
        if ways.iter().any(|(other, other_way)| other == server && other_way != way) {
            servers.insert(server.clone());
        }
        if ways.iter().any(|(other, other_way)| other != server && other_way == way) {
            relays.insert(way.clone());
        }
    }
    let is_blamed = |member: &Member| {
        servers.contains(&member.address) || relay(member).is_some_and(|relay| relays.contains(&relay))
    };
    let others = members.iter().filter(|(source, member)| !liars.contains(source) && is_blamed(member));
    others.map(|(source, _)| *source).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Roster;
    use super::*;

    fn letters(roster: &Roster, liars: &str) -> String {
        let source = |letter: char| SourceId::new(letter as u8 - b'A').unwrap();
        let liars: BTreeSet<SourceId> = liars.chars().map(source).collect();
        roster.blamed(&liars).into_iter().map(SourceId::letter).collect()
    }

    #[test]
    fn the_server_the_relay_or_only_the_way() {
        let mut roster = Roster::new(0, tributary_core::pattern::MAX_SOURCES);
        // A, B, C: server 1 straight and by two relays; D, E, F: server 2 the same.
        for server in ["s:1", "s:2"] {
            for via in [None, Some("r:1"), Some("r:2")] {
                roster.give(server, via);
            }
        }
        assert_eq!(letters(&roster, "A"), "BC", "no relay can have done it");
        assert_eq!(letters(&roster, "B"), "", "the server or the relay: only the way is shut");
        assert_eq!(letters(&roster, "BC"), "A", "both relays brought wrong bytes of the server");
        assert_eq!(letters(&roster, "BE"), "", "both servers by the one relay, which has no other way");
        roster.give("s:3", Some("r:1"));
        assert_eq!(letters(&roster, "BE"), "G", "nor is it believed about a third server");
        assert_eq!(letters(&roster, ""), "");
    }
}
