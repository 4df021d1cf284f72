//! Sample films, made on the spot by GStreamer and kept: a moving picture, the title and a clock burnt
//! in, a tone; one of them with two audio tracks, subtitles and chapters.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use gstreamer::prelude::*;

/// Length of a sample, in seconds.
const SECONDS: u32 = 60;
/// Frames a second.
const FPS: u32 = 25;
/// Size of the picture.
const SIZE: &str = "width=854,height=480";
/// Bits a second of the picture: enough to keep three servers busy.
const VIDEO_BITS: u32 = 4_200_000;
/// A sample that takes longer to make is given up.
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(300);
/// The catalog of the samples.
const CATALOG: &str = "Samples";

/// One sample film.
struct Sample {
    name: &'static str,
    year: u16,
    description: &'static str,
    tags: &'static [&'static str],
    /// Settings of `videotestsrc`.
    picture: &'static str,
    /// Tones, in Hz, with their languages.
    sound: &'static [(u32, &'static str)],
    subtitles: bool,
    /// Chapters: their first seconds, and their names.
    chapters: &'static [(u32, &'static str)],
}

const SAMPLES: [Sample; 4] = [
    Sample {
        name: "Rolling Ball",
        year: 2024,
        description: "A ball keeps its time. Sixty seconds of one light, one shadow and a clock.",
        tags: &["short", "minimal"],
        picture: "pattern=ball background-color=0xff1c2438 foreground-color=0xffffb454 \
                  animation-mode=running-time motion=sweep",
        sound: &[(220, "en")],
        subtitles: false,
        chapters: &[],
    },
    Sample {
        name: "Ripples",
        year: 2025,
        description: "Rings that never end where they began. Best watched from the middle.",
        tags: &["short", "abstract"],
        picture: "pattern=chroma-zone-plate kx2=8 ky2=5 kt=1",
        sound: &[(330, "en")],
        subtitles: false,
        chapters: &[],
    },
    Sample {
        name: "Pinwheel",
        year: 2023,
        description: "Black and white, round and round, for a whole minute.",
        tags: &["short", "abstract"],
        picture: "pattern=pinwheel",
        sound: &[(277, "en")],
        subtitles: false,
        chapters: &[],
    },
    Sample {
        name: "Test Card",
        year: 2022,
        description: "The classic bars, with two audio tracks (a low and a high tone), subtitles and chapters.",
        tags: &["short", "classic"],
        picture: "pattern=smpte",
        sound: &[(440, "en"), (660, "de")],
        subtitles: true,
        chapters: &[(0, "Bars"), (20, "The same bars"), (45, "Last bars")],
    },
];

/// What this machine's GStreamer can write.
struct Codecs {
    video: String,
    audio: &'static str,
    /// H.264 and AAC go into mp4, others don't.
    mp4: bool,
}

/// Makes the samples below `directory` that are not there yet, and gives the directory to serve. Takes
/// about half a minute the first time.
///
/// # Errors
/// Where GStreamer lacks what it needs; the message says what to do.
pub(super) fn make(directory: &Path) -> anyhow::Result<PathBuf> {
    gstreamer::init().context("GStreamer can't be used: pass --media DIR with films of your own")?;
    let films = directory.join("films");
    let catalog = films.join(CATALOG);
    std::fs::create_dir_all(&catalog).with_context(|| format!("{} can't be made", catalog.display()))?;
    let codecs = codecs()?;
    for (number, sample) in SAMPLES.iter().enumerate() {
        let ending = if codecs.mp4 && !sample.subtitles { "mp4" } else { "mkv" };
        let film = catalog.join(format!("{}.{ending}", sample.name));
        if film.exists() {
            continue;
        }
        tracing::info!("making sample {} of {}: {}", number + 1, SAMPLES.len(), sample.name);
        std::fs::write(catalog.join(format!("{}.toml", sample.name)), sidecar(sample)?)
            .context("a sample's description can't be written")?;
        // Made beside the served directory, so that no server sees a half one.
        let part = directory.join(format!("part-{}.{ending}", std::process::id()));
        let made = make_one(sample, &codecs, ending, &part);
        let kept = made.and_then(|()| std::fs::rename(&part, &film).context("the sample can't be kept"));
        // Gone already where all went well.
        let _ = std::fs::remove_file(&part);
        kept.with_context(|| {
            format!("the sample {} can't be made: pass --media DIR with films of your own", sample.name)
        })?;
    }
    Ok(films)
}

fn codecs() -> anyhow::Result<Codecs> {
    let have = |element: &str| gstreamer::ElementFactory::find(element).is_some();
    let aac = ["avenc_aac", "voaacenc", "fdkaacenc"].into_iter().find(|element| have(element));
    let h264 = if have("x264enc") {
        let kbit = VIDEO_BITS / 1000;
        Some(format!(
            "x264enc speed-preset=ultrafast bitrate={kbit} vbv-buf-capacity=1200 key-int-max=50 \
             ! video/x-h264,profile=main ! h264parse"
        ))
    } else if have("openh264enc") {
        Some(format!("openh264enc bitrate={VIDEO_BITS} gop-size=50 ! h264parse"))
    } else {
        None
    };
    match (h264, aac) {
        (Some(video), Some(audio)) if have("mp4mux") => Ok(Codecs { video, audio, mp4: true }),
        _ if have("vp8enc") && have("vorbisenc") && have("matroskamux") => Ok(Codecs {
            video: format!("vp8enc target-bitrate={VIDEO_BITS} deadline=1 cpu-used=8 keyframe-max-dist=50"),
            audio: "vorbisenc",
            mp4: false,
        }),
        _ => bail!(
            "GStreamer has no encoder for sample films here: install gstreamer1.0-plugins-good and \
             gstreamer1.0-plugins-ugly, or pass --media DIR with films of your own"
        ),
    }
}

fn make_one(sample: &Sample, codecs: &Codecs, ending: &str, to: &Path) -> anyhow::Result<()> {
    let subtitles = to.with_extension("srt");
    if sample.subtitles {
        std::fs::write(&subtitles, subtitle_text()).context("the subtitles can't be written")?;
    }
    let run = || -> anyhow::Result<()> {
        let pipeline = gstreamer::parse::launch(&description(sample, codecs, ending))?
            .downcast::<gstreamer::Pipeline>()
            .map_err(|_| anyhow::anyhow!("GStreamer made no pipeline"))?;
        for (element, path) in [("file", to), ("subtitles", &subtitles)] {
            if let Some(element) = pipeline.by_name(element) {
                element.set_property("location", path.to_string_lossy().as_ref());
            }
        }
        if let Some(muxer) =
            pipeline.by_name("muxer").and_then(|e| e.dynamic_cast::<gstreamer::TocSetter>().ok())
        {
            muxer.set_toc(toc(sample.chapters).as_ref());
        }
        let ended = run_to_end(&pipeline);
        pipeline.set_state(gstreamer::State::Null).context("the pipeline does not stop")?;
        ended
    };
    let made = run();
    // There only for the one that has subtitles.
    let _ = std::fs::remove_file(subtitles);
    made
}

fn run_to_end(pipeline: &gstreamer::Pipeline) -> anyhow::Result<()> {
    use gstreamer::{MessageType, MessageView};
    let bus = pipeline.bus().context("the pipeline has no bus")?;
    pipeline.set_state(gstreamer::State::Playing).context("the pipeline does not start")?;
    let message = bus
        .timed_pop_filtered(TIMEOUT, &[MessageType::Eos, MessageType::Error])
        .context("it takes too long")?;
    match message.view() {
        MessageView::Error(error) => bail!("{}", error.error()),
        _ => Ok(()),
    }
}

/// The pipeline, in GStreamer's own words. A little noise over the picture gives it the bit rate of a
/// real film.
fn description(sample: &Sample, codecs: &Codecs, ending: &str) -> String {
    let frames = SECONDS * FPS;
    let raw = format!("video/x-raw,format=I420,{SIZE},framerate={FPS}/1");
    let muxer = if ending == "mp4" { "mp4mux faststart=true" } else { "matroskamux" };
    let mut out = format!(
        "{muxer} name=muxer ! filesink name=file \
         videotestsrc {} num-buffers={frames} ! {raw} ! blend.sink_0 \
         videotestsrc pattern=snow num-buffers={frames} ! {raw} ! blend.sink_1 \
         compositor name=blend background=black sink_1::alpha=0.10 ! {raw} \
         ! timeoverlay halignment=center valignment=bottom ypad=40 font-desc=\"Monospace Bold 30\" \
           shaded-background=true \
         ! textoverlay text=\"{}\" halignment=left valignment=top xpad=24 ypad=20 font-desc=\"Sans Bold 22\" \
         ! {} ! queue ! muxer. ",
        sample.picture, sample.name, codecs.video
    );
    let blocks = SECONDS * 50;
    for (hertz, language) in sample.sound {
        let _ = write!(
            out,
            "audiotestsrc freq={hertz} volume=0.08 samplesperbuffer=960 num-buffers={blocks} \
             ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! {} \
             ! taginject tags=\"language-code={language}\" ! queue ! muxer. ",
            codecs.audio
        );
    }
    if sample.subtitles {
        out.push_str(
            "filesrc name=subtitles ! subparse ! taginject tags=\"language-code=en\" ! queue ! muxer. ",
        );
    }
    out
}

/// The table of contents with these chapters; none without any.
fn toc(chapters: &[(u32, &str)]) -> Option<gstreamer::Toc> {
    let mut toc = gstreamer::Toc::new(gstreamer::TocScope::Global);
    let mut edition = gstreamer::TocEntry::new(gstreamer::TocEntryType::Edition, "1");
    let ends = chapters.iter().skip(1).map(|(from, _)| *from).chain([SECONDS]);
    for ((from, name), to) in chapters.iter().zip(ends) {
        let mut chapter =
            gstreamer::TocEntry::new(gstreamer::TocEntryType::Chapter, &format!("{}", from + 1));
        let new = chapter.get_mut()?;
        new.set_start_stop_times(i64::from(*from) * 1_000_000_000, i64::from(to) * 1_000_000_000);
        let mut tags = gstreamer::TagList::new();
        tags.get_mut()?.add::<gstreamer::tags::Title>(name, gstreamer::TagMergeMode::Replace);
        new.set_tags(tags);
        edition.get_mut()?.append_sub_entry(chapter);
    }
    toc.get_mut()?.append_entry(edition);
    (!chapters.is_empty()).then_some(toc)
}

/// A line every four seconds.
fn subtitle_text() -> String {
    let mut out = String::new();
    for line in 0..SECONDS / 4 {
        let (from, to) = (line * 4, line * 4 + 3);
        let _ = write!(
            out,
            "{}\n00:00:{from:02},000 --> 00:00:{to:02},500\nLine {}, at second {from}\n\n",
            line + 1,
            line + 1
        );
    }
    out
}

fn sidecar(sample: &Sample) -> anyhow::Result<String> {
    #[derive(serde::Serialize)]
    struct Sidecar<'a> {
        title: &'a str,
        year: u16,
        description: &'a str,
        tags: &'a [&'a str],
    }
    let Sample { name: title, year, description, tags, .. } = *sample;
    Ok(toml::to_string(&Sidecar { title, year, description, tags })?)
}
