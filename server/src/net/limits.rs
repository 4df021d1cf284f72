//! Connection limits: in all, and per address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts open connections.
#[derive(Debug)]
pub(crate) struct ConnectionLimits {
    max_in_all: usize,
    max_per_address: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One counted connection; dropped when it closes.
#[derive(Debug)]
pub(crate) struct Slot {
    limits: Arc<ConnectionLimits>,
    address: IpAddr,
}

impl ConnectionLimits {
    /// Limits with nothing open.
    pub(crate) fn new(max_in_all: usize, max_per_address: usize) -> Arc<Self> {
        Arc::new(Self { max_in_all, max_per_address, open: Mutex::default() })
    }

    /// Counts a connection, or refuses it.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let address = address.to_canonical();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let in_all: usize = open.values().sum();
        if in_all >= self.max_in_all || open.get(&address).is_some_and(|own| *own >= self.max_per_address) {
            return None;
        }
        *open.entry(address).or_default() += 1;
        Some(Slot { limits: Arc::clone(self), address })
    }

    /// Connections open now.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_hold_and_closing_frees() {
        let limits = ConnectionLimits::new(3, 2);
        let [a, b]: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let first = limits.admit(a).unwrap();
        let _second = limits.admit(a).unwrap();
        assert!(limits.admit(a).is_none(), "two an address");
        let _third = limits.admit(b).unwrap();
        assert!(limits.admit(b).is_none(), "three in all");
        drop(first);
        assert_eq!(limits.open(), 2);
        assert!(limits.admit("::ffff:10.0.0.2".parse().unwrap()).is_some(), "the same address, mapped");
        assert_eq!(limits.open(), 2);
    }
}
