//! Without a director: servers announce themselves on the local network, and are asked what they hold.
//!
//! Where the system lets nobody send or hear multicast, the tests say so and end: what is asked and how
//! answers count is tested without it, in the engine.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use tributary_tests::fetch::Fetch;
use tributary_tests::files::{MIB, write_random};
use tributary_tests::process::Process;
use tributary_tests::programs::program;

const LIMIT: Duration = Duration::from_secs(60);
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);

/// Whether what is sent to mDNS' group by loopback comes back to who listens there.
fn multicast_works() -> bool {
    let heard = || -> std::io::Result<bool> {
        let ear = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        ear.join_multicast_v4(&GROUP, &Ipv4Addr::LOCALHOST)?;
        ear.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mouth = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        mouth.set_multicast_loop_v4(true)?;
        mouth.send_to(b"tributary", (GROUP, ear.local_addr()?.port()))?;
        Ok(ear.recv(&mut [0; 16])? == 9)
    };
    heard().unwrap_or(false)
}

/// Starts a content server that no director knows, and that the network is told of.
fn start(directory: &Path, name: &str) -> (Process, String) {
    let films = directory.join(name).display().to_string();
    let state = directory.join(format!("{name}-state")).display().to_string();
    let arguments = [
        "content",
        "--name",
        name,
        "--listen",
        "127.0.0.1:0",
        "--directory",
        &films,
        "--state",
        &state,
        "--open",
        "--announce",
    ];
    let mut process = Process::start(name, directory, &program("tributary-server"), arguments, &[]);
    let address = process.wait_for_line("listening on ", LIMIT);
    (process, address)
}

/// Fetches again and again: what is announced has to be heard within two seconds, which a busy machine may
/// miss once.
fn fetch(directory: &Path, arguments: &[&str], hash: &str) {
    let out = directory.join("out");
    for _ in 0..10 {
        let outcome = Fetch::start_with(directory, arguments, &out).finish(LIMIT);
        if outcome.code == 0 {
            assert_eq!(tributary_tests::files::hash_file(&out), hash);
            return;
        }
        assert_eq!(outcome.code, 3, "{}", outcome.errors);
        assert!(outcome.errors.contains("local network"), "{}", outcome.errors);
    }
    panic!("nobody was found in ten tries");
}

#[test]
fn a_title_is_found_on_the_local_network_by_hash_and_by_name() {
    if !multicast_works() {
        eprintln!("skipped: this system lets nobody hear multicast on loopback");
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let directory = directory.path();
    let mut hash = String::new();
    for name in ["holder", "other"] {
        std::fs::create_dir(directory.join(name)).expect("a directory can be made");
        let file = if name == "holder" { "Found.mkv" } else { "Else.mkv" };
        let written = write_random(&directory.join(name).join(file), MIB, name);
        hash = if name == "holder" { written } else { hash };
    }
    let _servers = [start(directory, "holder"), start(directory, "other")];
    fetch(directory, &[&format!("b3:{hash}")], &hash);
    let size = MIB.to_string();
    fetch(directory, &["--name", "Found.mkv", "--size", &size, "--discover"], &hash);
}
