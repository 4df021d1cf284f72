//! Programs that people have: each plays or fetches the right bytes through `tributary-fetch proxy`,
//! all at the same time. One that is not installed is left out, and that is said; `./dev test`
//! installs them.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tributary_tests::cluster::Cluster;
use tributary_tests::files::hash_file;
use tributary_tests::proxy::{Proxy, outside, run};

const SECONDS: u32 = 6;
const FRAMES: u32 = SECONDS * 25;

/// A film with sound whose index stands at its end, so that every player has to seek for it.
fn make_film(ffmpeg: &Path, to: &Path) {
    let picture = format!("testsrc2=size=640x360:rate=25:duration={SECONDS}");
    let sound = format!("sine=frequency=440:duration={SECONDS}");
    let _ = run(Command::new(ffmpeg)
        .args(["-v", "error", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound])
        .args(["-c:v", "mpeg4", "-b:v", "4M", "-c:a", "aac", "-y"])
        .arg(to));
}

#[test]
fn players_and_downloaders_of_others_get_the_right_bytes_all_at_once() {
    let Some(ffmpeg) = outside("ffmpeg") else { return };
    let mut cluster = Cluster::start();
    let master = cluster.scratch().join("master.mp4");
    make_film(&ffmpeg, &master);
    let hash = hash_file(&master);
    for name in ["alpha", "beta", "gamma"] {
        cluster.add_server(name, Some(12), |films| {
            std::fs::copy(&master, films.join("Film.mp4")).map(|_| ()).expect("a copy");
        });
    }
    cluster.wait_for_sources(&hash, 3);
    let proxy = Proxy::start(cluster.scratch(), &["--director", &cluster.director_url()]);
    let (url, scratch) = (proxy.url("/Library/Film"), cluster.scratch());
    let open =
        |path: &Path| std::fs::set_permissions(path, Permissions::from_mode(0o777)).expect("own folder");
    std::thread::scope(|scope| {
        scope.spawn(|| ffprobe(&url));
        scope.spawn(|| decode(&ffmpeg, &url, &master));
        scope.spawn(|| mpv(&url, scratch, &hash));
        scope.spawn(|| aria2c(&url, scratch, &hash));
        scope.spawn(|| {
            let folder = scratch.join("vlc");
            std::fs::create_dir(&folder).expect("a fresh folder");
            open(scratch);
            open(&folder);
            cvlc(&url, &folder, &hash);
        });
    });
}

fn ffprobe(url: &str) {
    let Some(ffprobe) = outside("ffprobe") else { return };
    let shown = run(Command::new(ffprobe)
        .args(["-v", "error", "-count_frames", "-select_streams", "v", "-of", "csv=p=0"])
        .args(["-show_entries", "stream=codec_name,width,height,nb_read_frames", url]));
    let shown = String::from_utf8_lossy(&shown).trim().to_owned();
    assert_eq!(shown, format!("mpeg4,640,360,{FRAMES}"), "ffprobe");
}

/// Every decoded frame, from the proxy and from the file.
fn decode(ffmpeg: &Path, url: &str, file: &Path) {
    let frames = |input: &str| {
        run(Command::new(ffmpeg).args(["-v", "error", "-i", input, "-map", "0", "-f", "framemd5", "-"]))
    };
    assert!(frames(url) == frames(&file.display().to_string()), "ffmpeg decodes other frames");
}

fn mpv(url: &str, folder: &Path, hash: &str) {
    let Some(mpv) = outside("mpv") else { return };
    let dump = folder.join("mpv-dump");
    let mut command = Command::new(&mpv);
    command.args(["--no-config", "--really-quiet", &format!("--stream-dump={}", dump.display()), url]);
    let _ = run(&mut command);
    assert_eq!(hash_file(&dump), hash, "mpv reads other bytes");
    // Plays it: frames as fast as they come, a jump to the middle, and the end.
    let mut command = Command::new(&mpv);
    command
        .args(["--no-config", "--vo=null", "--ao=null", "--ao-null-untimed=yes", "--untimed", "--start=50%"])
        .args(["--msg-level=all=info", "--no-terminal", "--terminal=yes", url]);
    let said = String::from_utf8_lossy(&run(&mut command)).into_owned();
    assert!(said.contains("End of file"), "mpv: {said}");
}

fn aria2c(url: &str, folder: &Path, hash: &str) {
    let Some(aria2c) = outside("aria2c") else { return };
    for connections in ["4", "16"] {
        let name = format!("aria2-{connections}");
        let _ = run(Command::new(&aria2c)
            .args(["--no-conf", "-q", "-x", connections, "-s", connections, "-k", "1M", "-o", &name, "-d"])
            .args([folder.as_os_str(), url.as_ref()]));
        assert_eq!(hash_file(&folder.join(name)), hash, "aria2c -x{connections} fetches other bytes");
    }
}

fn cvlc(url: &str, folder: &Path, hash: &str) {
    let Some(cvlc) = outside("cvlc") else { return };
    let log = folder.join("log");
    let vlc = |arguments: &[&str]| {
        // VLC refuses to run as root.
        let root = rustix::process::getuid().is_root();
        let mut command = if root { Command::new("setpriv") } else { Command::new(&cvlc) };
        if root {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(&cvlc);
        }
        let log = File::create(&log).expect("an open folder");
        let _ = run(command
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .args(["-I", "dummy", "--quiet", "--no-media-library", "--vout=dummy", "--aout=dummy"])
            .args(arguments)
            .args([url, "vlc://quit"])
            .stderr(log));
    };
    let dump = folder.join("dump");
    vlc(&["--demux=dump", &format!("--demuxdump-file={}", dump.display())]);
    assert_eq!(hash_file(&dump), hash, "VLC reads other bytes");
    // Plays it, picture and sound into nothing, four times as fast as it is.
    vlc(&["--play-and-exit", "--rate=4"]);
    let log = std::fs::read_to_string(&log).expect("VLC wrote it");
    assert!(!log.contains("error"), "VLC: {log}");
}
