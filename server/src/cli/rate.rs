//! Rates as people write them: `20Mbit`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error as _};

/// A rate in bytes a second, more than zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    /// Bytes a second.
    pub(crate) bytes_per_second: f64,
}

/// Text that is not a rate.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is not a rate: write a number and a unit, for example 20Mbit, 2.5Mbit, 500kbit or 1Gbit (bits a second)"
)]
pub(crate) struct BadRate(String);

/// Slowest rate that can be asked for: below it a block would take minutes.
const SLOWEST_BITS: f64 = 1_000.0;
/// Fastest rate that can be asked for; a server that may be faster needs no limit.
const FASTEST_BITS: f64 = 1e12;

impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        let bad = || BadRate(text.chars().take(40).collect());
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (number, unit) = text.split_at(digits);
        let number: f64 = number.parse().map_err(|_| bad())?;
        let factor = match unit.trim().to_ascii_lowercase().as_str() {
            "bit" => 1.0,
            "kbit" => 1e3,
            "mbit" => 1e6,
            "gbit" => 1e9,
            _ => return Err(bad()),
        };
        let bits = number * factor;
        if !(SLOWEST_BITS..=FASTEST_BITS).contains(&bits) {
            return Err(bad());
        }
        Ok(Self { bytes_per_second: bits / 8.0 })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bytes_per_second * 8.0;
        match bits {
            _ if bits >= 1e9 => write!(f, "{}Gbit", bits / 1e9),
            _ if bits >= 1e6 => write!(f, "{}Mbit", bits / 1e6),
            _ => write!(f, "{}kbit", bits / 1e3),
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_bits_a_second_with_decimal_prefixes() {
        for (text, bytes) in [
            ("20Mbit", 2.5e6),
            ("2.5mbit", 312_500.0),
            ("500 kbit", 62_500.0),
            ("1Gbit", 125e6),
            ("8000bit", 1e3),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert!((rate.bytes_per_second - bytes).abs() < 1e-6, "{text}");
            assert_eq!(rate.to_string().parse(), Ok(rate));
        }
    }

    #[test]
    fn what_is_not_a_rate_is_refused() {
        for text in
            ["", "20", "Mbit", "20MB", "20Mbit/s", "-1Mbit", "0Mbit", "1.2.3Mbit", "9999999Gbit", "NaNMbit"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        let said = "20MB".parse::<Rate>().unwrap_err().to_string();
        assert!(said.contains("20MB") && said.contains("20Mbit"));
    }
}
