//! The remote control over a real socket.

use super::*;
use std::io::{BufRead, BufReader};

/// Wishes that wait until a test takes them.
const WISHES: usize = 64;

struct Bench {
    server: Option<Server>,
    wishes: Receiver<RemoteCommand>,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let (send, wishes) = sync_channel(WISHES);
    let hooks = Hooks {
        on_command: Box::new(move |command, done| {
            if let RemoteCommand::Screenshot(path) = &command {
                if path.ends_with("good.png") {
                    done(Ok(()));
                } else if path.ends_with("bad.png") {
                    done(Err("no picture".into()));
                }
            }
            send.try_send(command).is_ok()
        }),
        own: Box::new(|_| json!({ "rate_bps": 1 })),
    };
    let server = Server::start(&folder.path().join("ipc"), hooks).unwrap();
    Bench { server: Some(server), wishes, folder }
}

impl Bench {
    fn connect(&self) -> BufReader<UnixStream> {
        let stream = UnixStream::connect(self.folder.path().join("ipc")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        BufReader::new(stream)
    }
}

fn say(client: &mut BufReader<UnixStream>, line: &str) {
    client.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn hear(client: &mut BufReader<UnixStream>) -> Value {
    let mut line = String::new();
    client.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or(Value::Null)
}

#[test]
fn a_conversation_over_the_socket() {
    let bench = bench();
    let server = bench.server.as_ref().unwrap();
    let mut client = bench.connect();
    say(&mut client, r#"{"command":["set_property","pause",true],"request_id":1}"#);
    assert_eq!(hear(&mut client)["error"], "success");
    assert_eq!(bench.wishes.recv().unwrap(), RemoteCommand::Pause(true));
    say(&mut client, r#"{"command":["observe_property",4,"volume"],"request_id":2}"#);
    assert_eq!(hear(&mut client)["request_id"], 2);
    assert_eq!(hear(&mut client)["data"], 0.0);
    server.publish(RemoteView { volume: 0.7, ..RemoteView::default() });
    assert_eq!(hear(&mut client)["data"], 70.0);
    server.event(&RemoteEvent::StartFile);
    assert_eq!(hear(&mut client), json!({ "event": "start-file", "playlist_entry_id": 1 }));
    say(&mut client, r#"{"command":["get_property","tributary/stats"]}"#);
    assert_eq!(hear(&mut client)["data"]["rate_bps"], 1);
}

#[test]
fn screenshots_answer_with_their_outcome() {
    let bench = bench();
    let mut client = bench.connect();
    for (file, error) in
        [("good.png", "success"), ("bad.png", "error running command"), ("lost.png", "error running command")]
    {
        say(&mut client, &format!(r#"{{"command":["screenshot-to-file","{file}"],"request_id":3}}"#));
        assert_eq!(hear(&mut client)["error"], error, "{file}");
    }
}

#[test]
fn the_socket_is_private_and_goes_with_the_server() {
    let mut bench = bench();
    let path = bench.folder.path().join("ipc");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut client = bench.connect();
    say(&mut client, r#"{"command":["client_name"]}"#);
    assert_eq!(hear(&mut client)["data"], "ipc-1");
    bench.server = None;
    assert_eq!(hear(&mut client)["event"], "shutdown");
    assert_eq!(hear(&mut client), Value::Null);
    assert!(!path.exists());
}

#[test]
fn a_stale_socket_is_replaced_and_a_live_one_or_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = || Hooks { on_command: Box::new(|_, _| true), own: Box::new(|_| Value::Null) };
    let path = folder.path().join("ipc");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let server = Server::start(&path, hooks()).unwrap();
    let second = Server::start(&path, hooks()).err().unwrap();
    assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
    drop(server);
    std::fs::write(&path, "precious").unwrap();
    let third = Server::start(&path, hooks()).err().unwrap();
    assert_eq!(third.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn too_many_clients_too_long_lines_and_those_who_do_not_read_are_cut() {
    let bench = bench();
    let mut clients: Vec<_> = (0..MAX_CLIENTS)
        .map(|_| {
            let mut client = bench.connect();
            say(&mut client, r#"{"command":["client_name"]}"#);
            assert_eq!(hear(&mut client)["error"], "success");
            client
        })
        .collect();
    assert_eq!(hear(&mut bench.connect()), Value::Null);
    // Too long a line.
    let mut long = clients.pop().unwrap();
    let _ = long.get_mut().write_all(&vec![b'x'; crate::ipc::line::MAX_LINE_BYTES + 2]);
    assert_eq!(hear(&mut long), Value::Null);
    // One that asks and never reads: its queue runs over, the others go on.
    let mut deaf = clients.pop().unwrap();
    let question = format!("{}\n", json!({ "command": ["get_property", "property-list"] })).repeat(64);
    let was_cut = (0..10_000).any(|_| deaf.get_mut().write_all(question.as_bytes()).is_err());
    assert!(was_cut);
    say(&mut clients[0], r#"{"command":["client_name"]}"#);
    assert_eq!(hear(&mut clients[0])["error"], "success");
}

#[test]
fn all_observers_hear_what_one_client_sets() {
    let bench = bench();
    let (mut setting, mut watching) = (bench.connect(), bench.connect());
    for client in [&mut setting, &mut watching] {
        say(client, r#"{"command":["observe_property",1,"pause"],"request_id":2}"#);
        assert_eq!(hear(client)["request_id"], 2);
        assert_eq!(hear(client)["data"], false);
    }
    say(&mut setting, r#"{"command":["set_property","pause",true],"request_id":3}"#);
    assert_eq!(hear(&mut setting)["error"], "success");
    assert_eq!(hear(&mut setting)["data"], true);
    assert_eq!(hear(&mut watching)["data"], true);
    // The application's own word follows; nobody is told twice.
    let server = bench.server.as_ref().unwrap();
    server.publish(RemoteView { paused: true, ..RemoteView::default() });
    server.publish(RemoteView::default());
    assert_eq!(hear(&mut watching)["data"], false);
    assert_eq!(hear(&mut setting)["data"], false);
}

#[test]
fn a_wish_that_finds_no_room_is_refused_and_not_foreseen() {
    let bench = bench();
    let mut client = bench.connect();
    for number in 0..WISHES {
        say(&mut client, &format!(r#"{{"command":["set_property","pause",false],"request_id":{number}}}"#));
        assert_eq!(hear(&mut client)["error"], "success");
    }
    say(&mut client, r#"{"command":["set_property","pause",true],"request_id":99}"#);
    assert_eq!(hear(&mut client), json!({ "request_id": 99, "error": "error running command" }));
    say(&mut client, r#"{"command":["get_property","pause"]}"#);
    assert_eq!(hear(&mut client)["data"], false);
}
