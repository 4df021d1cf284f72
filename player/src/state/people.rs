//! A server is a person: it gets a letter and a colour when first met and keeps them everywhere.

use tributary_core::pattern::{MAX_SOURCES, SourceId};

/// Most servers that keep a letter of their own; later ones share the last.
const REMEMBERED_SERVERS: usize = MAX_SOURCES;

/// Everyone met so far, in that order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    names: Vec<String>,
}

/// One server's place among those met: it decides letter and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person(u8);

impl Person {
    /// The person with this number, from 0.
    #[must_use]
    pub const fn new(slot: u8) -> Self {
        Self(slot)
    }

    /// Its number, from 0; colours repeat from the ninth (number 8) on.
    #[must_use]
    pub const fn slot(self) -> usize {
        self.0 as usize
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        SourceId::new(self.0).map_or('?', SourceId::letter)
    }
}

impl People {
    /// The person of that name, met now if not before.
    pub fn meet(&mut self, name: &str) -> Person {
        if let Some(person) = self.find(name) {
            return person;
        }
        if self.names.len() < REMEMBERED_SERVERS {
            self.names.push(name.to_owned());
        }
        Person((self.names.len() - 1) as u8)
    }

    /// The person of that name, if met before.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Person> {
        self.names.iter().position(|known| known == name).map(|slot| Person(slot as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_kept() {
        let mut people = People::default();
        let alpha = people.meet("alpha");
        let beta = people.meet("beta");
        assert_eq!((alpha.letter(), beta.letter()), ('A', 'B'));
        assert_eq!(people.meet("alpha"), alpha);
        assert_eq!(people.find("gamma"), None);
    }

    #[test]
    fn a_crowd_is_bounded() {
        let mut people = People::default();
        for number in 0..1000 {
            people.meet(&format!("server {number}"));
        }
        assert_eq!(people.names.len(), REMEMBERED_SERVERS);
        assert_eq!(people.meet("one more").slot(), REMEMBERED_SERVERS - 1);
    }
}
