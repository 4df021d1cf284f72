# What the player says, in English. One message for each text; `{ $name }` is a value.
# The order follows the views. Numbers are given as numbers, so that the plural can follow them.

## Times, sizes, numbers

time-seconds = { $seconds } s
time-minutes = { $minutes } min
time-minutes-seconds = { $minutes } min { $seconds } s
time-hours-minutes = { $hours } h { $minutes } min
time-length-hours = { $hours } h { $minutes }
time-under-second = under 1 s
time-left = { $time } left
time-now = just now
time-minutes-ago = { $minutes } min ago
time-hours-ago = { $hours } h ago
time-days-ago = { $days ->
    [one] { $days } day ago
   *[other] { $days } days ago
}
count-titles = { $count ->
    [one] { $count } title
   *[other] { $count } titles
}
count-servers = { $count ->
    [one] { $count } server
   *[other] { $count } servers
}
count-catalogs = { $count ->
    [one] { $count } catalog
   *[other] { $count } catalogs
}
list-and = { $head } and { $last }
language-japanese = Japanese
language-chinese = Chinese
language-korean = Korean
language-arabic = Arabic
language-hebrew = Hebrew
language-hindi = Hindi
language-thai = Thai
language-persian = Persian
percent = { $part } %
unit-rate = { $rate } Mbit/s

## Words used in many places

back = Back
close = Close
cancel = Cancel
stop = Stop
try-again = Try again
try-now = Try now
choose-another = Choose another
open = Open
keys = Keys
settings = Settings
stats = Stats
action-pin-stats = Stats, kept open
sound = Sound
subtitles = Subtitles
picture = Picture
speed = Speed
volume = Volume
all-titles = All titles
away = away
full-screen = Full screen
save-picture = Save a picture
small-window = Small window on top

## Choosing a director

directors-back = Back to the library
directors-first = Where are your films?
directors-choose = Choose a director
directors-about = A director keeps the catalogs and knows which server holds what. Choose one found on your network, or type an address.
directors-known = Used before
directors-found = Found on this network
directors-looking = still looking
directors-none-found = None yet. A director is found where it takes connections from other machines, and announces itself.
directors-found-silent = seen a moment ago, does not answer; it is asked again
directors-instead = Open a file or a web address instead
directors-drop = you can drop one anywhere in this window
directors-add = Add by address
directors-open = Open { $name }, { $address }
directors-asked = being asked
directors-in-use = { $holds }, in use
directors-forget = Forget this director
directors-field = Address of a director
directors-connect = Connect
directors-silent = { $address } does not answer. { $why }
directors-asking = Asking { $address }
directors-port = Port 7400 if you leave it out.
directors-art-head = One film,
    many streams.
directors-art-words = Every server sends the part it can send fastest.
director-none = No director

## The library

library-search = Search titles
library-search-hint = { $count ->
    [one] Search { $count } title
   *[other] Search { $count } titles
}
library-open = Open a file or an address
library-old = { $name } does not answer, so this list may be old. It is asked again every few seconds.
library-silent = { $name } does not answer
library-silent-why = { $why } It is asked again every few seconds.
library-empty = { $name } lists no titles yet
library-empty-what = Put films into a folder of a content server and start it with this director's address. They appear here by themselves.
library-look-again = Look again
library-asking = Asking { $name } for its catalogs
library-director = Director { $name }, choose another
library-catalogs = Catalogs
library-catalog = { $count ->
    [one] { $name }, { $count } title
   *[other] { $name }, { $count } titles
}
library-servers = Servers
library-continue = Continue watching
library-continue-title = Continue { $name }, { $left }
library-take-off = Take off this row
library-as-posters = Show as posters
library-as-list = Show as a list
library-by-name = By name
library-by-age = Recently added
library-order = Order
filter-all = All
filter-unwatched = Unwatched
filter-length = Length
filter-any-length = Any length
filter-under-minutes = Under { $minutes } min
filter-under-hours = Under { $hours } h
filter-hours-and-more = { $hours } h and more
filter-tag = Tag
filter-any-tag = Any tag
filter-fine = 1080p or better
library-no-fit = No title here fits that
library-no-fit-what = Take away what the list is narrowed by, or look in all catalogs.
library-clear-filter = Show all
library-refused = The titles could not be listed
library-no-hit = Nothing here is called “{ $search }”
library-no-hit-what = Look for a part of the name, or in all catalogs.
library-clear-search = Clear the search
library-catalog-empty = This catalog is empty
library-catalog-empty-what = Titles appear here by themselves when a server offers them.
poster-held-by-nobody = held by nobody now
poster-on = on { $servers }
poster-spoken = { $title }, { $facts }, { $held }
poster-spoken-begun = { $title }, { $facts }, { $held }, { $part } % watched
poster-spoken-watched = { $title }, { $facts }, { $held }, watched
poster-watched = Watched

## A title's page

title-play = Play
title-resume = Resume at { $time }
title-from-start = From the start
title-unwatch = Mark as not watched
title-watch = Mark as watched
title-held-by-nobody = Held by nobody now
title-held-by = { $count ->
    [one] Held by { $count } server
   *[other] Held by { $count } servers
}
title-speeds = speeds of the last session, { $ago }
title-more-holders = and { $count } more
title-holder = { $name }, { $rate } Mbit/s last time, { $rtt }
title-holder-new = { $name }, not measured yet
title-direct = { $address }  ·  direct
title-by-way = { $address }  ·  by way of { $route }
title-tracks = Tracks
title-track-row = { $kind }: { $names }, { $codecs }
title-first-chapter = first: { $name }
title-languages = { $count } languages
title-track-count = { $count } tracks
title-file = File
title-hash = Hash
title-copy-hash = Copy the whole hash
title-copy-address = Copy the address
title-forget = Forget where I left off
title-fps = { $fps } fps
title-size = Size
title-name = Name

## Whether a title will play well

ready-nobody = Nobody holds it now.
ready-nobody-what = It can be played again when a server that has it is back.
ready = Ready.
ready-for = Ready for { $picture }.
ready-little = Ready, with little to spare.
ready-may-pause = It may pause.
ready-need-unknown = { $count ->
    [one] { $count } server holds it; what it needs is not known yet.
   *[other] { $count } servers hold it; what it needs is not known yet.
}
ready-speed-unknown = { $count ->
    [one] { $count } server holds it. It needs { $need } Mbit/s; how fast it is shows when it plays.
   *[other] { $count } servers hold it. It needs { $need } Mbit/s; how fast they are shows when it plays.
}
ready-known = { $count ->
    [one] { $count } server holds it; it gave { $total } Mbit/s last time, and it needs { $need }.
   *[other] { $count } servers hold it; together they gave { $total } Mbit/s last time, and it needs { $need }.
}

## Opening a file or an address

open-field = File or address
open-hint = https://example.net/film.mp4, Films/Kestrel, /home/…
open-about = A file, a web address, a playlist, or CATALOG/TITLE at the director. Files can be dropped onto the window too.
open-choose = Choose files…
open-drop = Drop to play
open-dialog = Open films
open-dialog-subtitles = Load subtitles

## Settings

settings-playback = Playback
settings-network = Network
settings-cache = Cache
settings-subtitles = Subtitles
settings-appearance = Appearance
settings-keys = Keys
settings-about = About
settings-off = off
settings-less = { $name }: less
settings-more = { $name }: more
settings-titles = Titles
settings-resume = Go on where I left off
settings-resume-what = Titles begin at the place where they were left.
settings-countdown = Countdown to the next title
settings-countdown-what = After the end the next title of the catalog begins.
settings-start = Start
settings-start-with = Begin with
settings-start-with-what = When nothing is named to play.
settings-start-library = The library
settings-start-last = The last title
settings-start-directors = Directors
settings-languages = Languages
settings-languages-what = Chosen where a title has them, the first first.
settings-languages-subtitles-what = The same; none means that they are off at first.
settings-looks = Looks
settings-subtitle-size = Size
settings-subtitle-size-what = Against the usual one.
settings-subtitle-raise = Height
settings-subtitle-raise-what = Room below them, as a part of the film's height.
settings-subtitle-colour = Colour
settings-subtitle-colour-what = Of the words; what a file colours itself stays so.
settings-subtitle-white = White
settings-subtitle-yellow = Yellow
settings-subtitle-grey = Grey
settings-subtitle-plate = Dark plate behind
settings-subtitle-plate-what = For films that are bright where the words stand.
settings-directors = Directors
settings-in-use = In use
settings-switch-to = Switch to
settings-add-director = Add a director
settings-sources = Sources
settings-planner = Planner
settings-planner-what = How blocks are dealt out. Arrival order suits almost every network.
settings-planner-arrival = By predicted arrival
settings-planner-interval = By shares
settings-most-sources = Most sources at once
settings-most-sources-what = More help on slow links; each one costs a connection.
settings-look-around = Look for directors on this network
settings-look-around-what = By mDNS, while the page of directors is open.
settings-relays = Allow relays
settings-relays-what = Another route to a server, when the direct one is slow or closed.
settings-limits = Limits
settings-download = Download limit
settings-download-what = Leaves room for others in the house.
settings-memory = Memory
settings-ahead = Ahead
settings-ahead-what = Film that is fetched before it is needed.
settings-behind = Behind
settings-behind-what = Film that is kept, so that going back is instant.
settings-ahead-seconds = Ahead in time
settings-ahead-seconds-what = At most so much of the film, where its length is known.
settings-disk = Disk
settings-films = Films on disk
settings-films-what = What was watched is there again without a server.
settings-every = all
settings-all = all
settings-next-title = This holds from the next title that is opened.
settings-window = Window
settings-theme = Colours
settings-theme-what = The player itself is always dark.
settings-theme-system = As the desktop
settings-theme-dark = Dark
settings-theme-light = Light
settings-reduce-motion = Reduce motion
settings-reduce-motion-what = Nothing glides or fades.
settings-keep-window = Keep place and size
settings-keep-window-what = The window opens where it was closed.
settings-one-window = One window
settings-one-window-what = What is opened later plays in the window that is there.
settings-language = Language
settings-language-what = Of the program itself.
settings-version = Version { $version }
settings-motto = One film, many streams.
settings-licence = Licence
settings-licence-what = { $licence }; fonts: Inter (OFL 1.1); icons: Phosphor (MIT)
settings-file = All settings stand in config.toml in the folder for settings, which may be edited by hand.
settings-keys-what = A key that is given to one action is taken from any other. Esc keeps the keys as they are.
settings-press-key = Press a key
settings-change-key = Change
settings-usual-key = Usual

## What keys do

action-play-pause = Play or pause
action-back = Back { $seconds } s
action-forward = Forward { $seconds } s
action-go-to-start = Go to the start
action-go-to = Go to { $part } %
action-frame-back = One frame back
action-frame-forward = One frame forward
action-chapter-back = Chapter before
action-chapter-forward = Next chapter
action-next = Next title
action-previous = Previous title
action-repeat = Repeat a part: its start, its end, off
action-slower = Slower
action-faster = Faster
action-normal-speed = Normal speed
action-louder = Louder
action-softer = Softer
action-mute = Mute
action-sound = Next sound track
action-subtitles = Next subtitles
action-subtitles-earlier = Subtitles earlier
action-subtitles-later = Subtitles later
action-zoom-in = Larger picture
action-zoom-out = Smaller picture
action-shape = Next shape of the picture
action-turn = Turn the picture
action-deinterlace = Deinterlace: where needed, always, never
action-full-screen = Full screen, also double click
action-leave = Leave
action-search = Search
key-page-up = Pg ↑
key-page-down = Pg ↓
key-escape = Esc
key-space = Space
key-backspace = Backspace
key-ctrl = Ctrl
key-shift = Shift

## The sheet of keys

keys-close = { $key } or Esc closes this
keys-playing = Playing
keys-back-forward = Back, forward { $seconds } s
keys-go-to = Go to 0 to 90 %
keys-frames = One frame back, forward
keys-chapters = Chapter before, next
keys-titles = Next, previous
keys-repeat = Repeat a part
keys-slower-faster = Slower, faster
keys-sound = Sound and words
keys-volume = Volume, also the wheel
keys-subtitle-delay = Subtitles earlier, later
keys-size = Smaller, larger
keys-shape = Next shape
keys-turn = Turn it
keys-deinterlace = Deinterlace it
keys-window = Window
keys-library = Library
keys-open = Open a file
keys-to = to
keys-colours = Which server sends what?
keys-colours-what = Press { $key } while a film plays. Every colour on the seek bar is a server.

## The player

player-play = Play
player-pause = Pause
player-next = Next: { $title }
player-sound-on = Sound on
player-volume = Volume { $part } %
player-leave-full-screen = Leave full screen
player-tracks = Sound and subtitles
player-more = More
player-picture-menu = Picture and delays
player-chapters = Chapters
player-speed = Speed { $speed }
player-chapter = Chapter { $number }
player-chapter-named = Chapter { $number }, { $name }
player-stopped = Stopped
player-stopped-what = nobody can send what comes next
player-rest-here = All here
player-rest-here-what = to the end of the film
player-headroom = { $count ->
    [one] what it needs, from { $count } server
   *[other] what it needs, from { $count } servers
}
player-show-stats = { $words }, show stats
seek-spoken = Seek, at { $time } of { $length }
seek-not-here = Not here yet
seek-here = Here already, from
menu-off = Off
menu-file = file
menu-load = Load a file…
menu-normal = normal
menu-faster = Faster than { $speed }
menu-slower = Slower than { $speed }
menu-as-it-is = As it is
menu-fill = Fill the window
menu-size = Size
menu-turn = Turn, now { $degrees }°
menu-deinterlace = Deinterlace { $when }
deinterlace-auto = where needed
deinterlace-always = always
deinterlace-never = never
menu-hardware = Decode in hardware
decoder-hardware = { $name }, in hardware
decoder-software = { $name }, in software
menu-sound-delay = Sound delay
menu-sound-earlier = Sound earlier
menu-sound-later = Sound later
menu-subtitle-delay = Subtitle delay
menu-repeat = Repeat from here
menu-repeat-to = Repeat from { $from } to here
menu-repeats = Repeats { $from } to { $to }

## In the middle of the film

center-nobody = Nobody can send this
center-nobody-rest = Nobody can send the rest
center-network = The network is gone
center-network-what = { $why } Your place is kept: { $time }. It plays on by itself when a server answers.
center-network-failed = { $why } Your place is kept: { $time }.
center-copy = Copy details
center-play-again = Play again
center-begins-in = It begins in { $time }.
center-play-now = Play now
center-stay = Stay here
center-after = After it comes { $title }.
center-play-next = Play next
center-end = The end
center-codec = It can't be decoded
center-codec-what = This title is in { $codec }, and no decoder for it is installed. Install the package { $install }, then try again.
center-not-opened = It could not be opened
center-damaged = The file is damaged
center-failed = It can't be played
center-asking = Asking who holds it
center-first-picture = Waiting for the first picture
center-opening = Opening
center-waiting = Waiting for the server
state-joining = joining
state-sending = sending
state-waiting = waiting
state-silent = silent
state-away-retry = away, asked in { $time }
state-shut-out = shut out

## Short messages

note-repeats = Repeats
note-repeats-what = { $from } to { $to }
note-repeats-from = from { $from }; once more sets the end
note-repeats-no-more = no more
note-delay-none = as the file says
note-later = { $seconds } s later
note-earlier = { $seconds } s earlier
note-off = off
note-percent = { $percent } %
note-muted = off
note-picture = Picture
note-turned = turned by { $degrees }°
note-fits = all of it is shown
note-no-dialog = There is no dialog to choose files
note-no-dialog-what = Press o and type its path, or install zenity.
note-forgets = What is watched can't be remembered
note-own-speed = This can only be played at its own speed: one can't jump in it
note-saved = Picture saved
note-not-saved = The picture could not be saved
note-goes-on = Goes on at { $time }
note-goes-on-what = Press 0 to begin at the start
note-no-decoder = No decoder for { $codec }
note-no-decoder-sound = It plays without its sound. Install { $install }.
note-no-decoder-track = One track is left out. Install { $install }.
note-no-sound = No sound device
note-no-sound-what = The film plays on without sound.
note-settings-part = Part of the settings file is not used
note-settings-more = { $first }; and { $count } more, see the log
note-settings-not-kept = The settings could not be kept
note-subtitles = The subtitles could not be loaded
note-unverified = Nothing shows whether these bytes are right

## Why nobody sends what comes next

standing-nobody = No server holds this title now.
standing-silent = { $count ->
    [one] The only server that holds it does not answer.
   *[other] None of the { $count } servers answers.
}
standing-lacks = { $count ->
    [one] { $names } is there, but does not hold what comes next.
   *[other] { $names } are there, but do not hold what comes next.
}
standing-shut-out = { $count ->
    [one] { $names } sent wrong bytes and is not used again.
   *[other] { $names } sent wrong bytes and are not used again.
}
standing-away = { $count ->
    [one] { $names } is away.
   *[other] { $names } are away.
}
standing-next-try = The next try is in { $time }.

## Tracks and formats

media-chapter = Chapter { $number }
media-track = Track { $number }
media-channels = { $count } channels
media-mono = mono
media-not-drawn = { $codec }, can't be shown
media-stereo = stereo
media-all-codecs = What this title holds
media-nobody-answers = nobody answers there.
media-address = The address can't be read: { $why }
media-unknown = This is not a film or sound that can be recognised.
media-damaged = The title is damaged and can't be played on: { $why }
media-breaks-off = It breaks off at { $at } and should last { $lasts }: its end is missing.
media-nothing-comes = The title is damaged: neither picture nor sound comes of it.
media-failed = Playback failed: { $why }

## Faults

fault-director-address = { $address } is no director's address: HOST or HOST:PORT is needed.
fault-director-unreachable = The director at { $director } can't be reached: { $why }.
fault-director-says = The director at { $director } says: { $message }.
fault-director-refused = The director at { $director } answered { $status }: { $message }.
fault-director-malformed = The answer of the director at { $director } can't be used: { $why }.
fault-refused-connection = nothing listens there
fault-timeout = no answer in time
fault-no-name = there is no host of that name
fault-no-director = No director is known to ask for { $title }: choose one first.
fault-other-stream = { $source } is a source of another stream.
fault-no-file = The director at { $director } knows no file named { $file }.
fault-ambiguous = { $count } different files are named { $file }: { $files }.
fault-size-unknown = No server told the size of { $title }: { $why }.
fault-no-honest-copy = No server has a copy of { $title } that can be used: { $why }.
fault-metalink = The Metalink file { $file } can't be used: { $why }.
fault-too-large = A stream of { $bytes } bytes is larger than what can be fetched.
fault-not-empty = The stream is said to have no bytes, but its name says otherwise.
fault-locator = { $text } names nothing that can be played: give a file, a web address, CATALOG/TITLE or tributary://HOST/CATALOG/TITLE.
fault-source = { $text } is no source: give tributary://HOST:PORT/b3:HASH or http(s)://HOST/PATH.
fault-web-address = { $text } is no address of a file on a web server: give http(s)://HOST/PATH, without a password.
fault-hash = { $text } is no stream's hash: b3: and 64 hexadecimal digits are needed.
fault-address = { $text } is no address: HOST or HOST:PORT is needed.
fault-thread = The system gave no thread: { $why }.
fault-open-path = { $path } can't be opened: { $why }
fault-scheme = Addresses that begin with { $scheme }:// can't be played: http, https, file and tributary can.
fault-no-plain-file = it is no plain file
fault-folder-empty = There are no films in { $path }.
fault-empty = { $path } is empty: it has no bytes.
fault-playlist-foreign = A playlist from the web may not name { $line }.
fault-playlist-large = a playlist is never that large
fault-playlist-empty = it names nothing
fault-nothing = Nothing to play
fault-subtitles-read = { $name } can't be read: { $why }.
fault-subtitles-large = { $name } is larger than subtitles ever are.
fault-subtitles-unknown = { $name } holds no subtitles that are understood.
fault-settings-read = { $path } can't be read: { $why }.
fault-settings-parse = { $path } is not understood and is left alone: { $why }.
fault-settings-write = { $path } can't be written: { $why }.
fault-setting = { $key } must be { $wanted }; the usual value is used
fault-setting-unknown = { $key } is not known here
fault-setting-table = { $key } must be a table: [{ $key }]
wanted-switch = true or false
wanted-whole = a whole number from { $least } to { $most }
wanted-number = a number from { $least } to { $most }
wanted-one-of = one of { $list }
wanted-languages = a list of languages such as ["en", "de"]
wanted-keys = a key or a list of keys such as ["k", "Ctrl+Space"]

## What the engine found, while a film plays
finding-a-server = a server
finding-failed-head = It can't go on
finding-nobody-head = Nobody can send block { $block }
finding-nobody = Nobody can send block { $block }. { $why }
finding-stalled = { $count ->
    [0] Stalled for { $time }: waiting for { $name }.
    [one] Stalled for { $time }: waiting for { $name }; { $helpers } sends its blocks again.
   *[other] Stalled for { $time }: waiting for { $name }; { $helpers } send its blocks again.
}
finding-stalled-all = Stalled for { $time }: waiting for the servers.
finding-had-stalled-head = Stalled { $time }
finding-had-stalled = Stalled { $time }. It plays on since { $ago }.
finding-had-stalled-why = Stalled { $time }: { $why }. It plays on since { $ago }.
finding-wrong-head = { $name } sent wrong bytes
finding-wrong = { $count ->
    [0] { $name } sent wrong bytes { $ago } ago ({ $what }) and is shut out. Nothing wrong was let through.
    [one] { $name } sent wrong bytes { $ago } ago ({ $what }) and is shut out. Nothing wrong was let through; { $helpers } sends its blocks.
   *[other] { $name } sent wrong bytes { $ago } ago ({ $what }) and is shut out. Nothing wrong was let through; { $helpers } send its blocks.
}
finding-block = block { $block }
finding-hashes = its list of hashes
finding-left-head = { $name } left
finding-left = { $count ->
    [0] { $name } left { $ago } ago: { $why }.
    [one] { $name } left { $ago } ago: { $why }. { $helpers } sends its blocks.
   *[other] { $name } left { $ago } ago: { $why }. { $helpers } send its blocks.
}
finding-unreachable-head = { $name } is out of reach
finding-unreachable = { $name } is out of reach since { $ago }: { $why }.
finding-for-good = It is not tried again.
finding-tried-again = It is tried again.
finding-silent-head = { $name } went quiet
finding-silent = { $count ->
    [0] { $name } owes blocks and is silent for { $time }.
    [one] { $name } owes blocks and is silent for { $time }; { $helpers } sends its { $blocks ->
        [one] 1 block
       *[other] { $blocks } blocks
    }.
   *[other] { $name } owes blocks and is silent for { $time }; { $helpers } send its { $blocks ->
        [one] 1 block
       *[other] { $blocks } blocks
    }.
}
finding-late-head = { $name } answers late
finding-late = { $count ->
    [0] { $name } answers late though its line is free: it sends nothing for { $part } of the time and then much at once, { $rate } Mbit/s in all. Its disk or the machine itself is slow.
    [one] { $name } answers late though its line is free: it sends nothing for { $part } of the time and then much at once, { $rate } Mbit/s in all. Its disk or the machine itself is slow; { $helpers } sends its blocks.
   *[other] { $name } answers late though its line is free: it sends nothing for { $part } of the time and then much at once, { $rate } Mbit/s in all. Its disk or the machine itself is slow; { $helpers } send its blocks.
}
finding-disk-head = { $name }'s disk is slow
finding-disk = { $count ->
    [0] { $name }'s disk is slow, not its line: it waits for it { $part } of the time, { $read } ms for each read, and gives { $rate } Mbit/s.
    [one] { $name }'s disk is slow, not its line: it waits for it { $part } of the time, { $read } ms for each read, and gives { $rate } Mbit/s; { $helpers } sends its blocks.
   *[other] { $name }'s disk is slow, not its line: it waits for it { $part } of the time, { $read } ms for each read, and gives { $rate } Mbit/s; { $helpers } send its blocks.
}
finding-line-head = Your own line is the limit
finding-line-cut = Your own line seems to be cut: all { $servers } servers went quiet together { $ago } ago. It goes on by itself once they are heard again.
finding-line = Your own line is the limit: all { $servers } servers slowed together { $ago } ago, from { $from } to { $to } Mbit/s in all.
finding-shared-line = Your own line is the limit: it brought { $from } Mbit/s before { $joined } joined, and { $to } Mbit/s with it.
finding-slowed-head = { $name } slowed
finding-slowed = { $count ->
    [0] { $name } slowed from { $from } to { $to } Mbit/s { $ago } ago; its share went from { $share_from } to { $share_to }.
    [one] { $name } slowed from { $from } to { $to } Mbit/s { $ago } ago; its share went from { $share_from } to { $share_to }. { $helpers } sends its blocks.
   *[other] { $name } slowed from { $from } to { $to } Mbit/s { $ago } ago; its share went from { $share_from } to { $share_to }. { $helpers } send its blocks.
}
finding-slowed-alone = { $name } slowed from { $from } to { $to } Mbit/s { $ago } ago; it is the only server, so your own line may be the reason as well.
finding-pause-head = Will pause in about { $time }
finding-slow-head = Too slow altogether
finding-slow = Too slow altogether: the title needs { $needed } Mbit/s and { $total } Mbit/s arrive.
finding-director-head = The director does not answer
finding-director = { $servers ->
    [one] The director does not answer for { $time }: it plays on from the 1 server that is known. Who joins or leaves can't be known until it is back.
   *[other] The director does not answer for { $time }: it plays on from the { $servers } servers that are known. Who joins or leaves can't be known until it is back.
}
finding-unverified-head = Bytes are not verified
finding-all-here-head = The rest is here already
finding-all-here = Everything from the picture to the end is here.
finding-full = The buffer is full; the servers wait until there is room.
finding-full-factor = The buffer is full; the servers wait until there is room. They could give { $factor } × the needed rate.
finding-safe-head = Smooth, with room to spare
finding-safe = Plays safely: { $factor } × the needed rate.
finding-tight-head = Smooth, little to spare
finding-tight = Plays with little to spare: { $factor } × the needed rate.
finding-flowing-head = Measuring what it needs
finding-flowing = { $rate } Mbit/s arrive.
finding-measuring-head = Measuring
finding-measuring = The servers are being reached and measured.

## The window's own verdicts
waiting-for = Waiting for { $name }
waiting-for-servers = Waiting for the servers
waiting-reaching = They are being reached.
waiting-owes = { $blocks ->
    [one] { $name } owes 1 block and sends { $rate } Mbit/s.
   *[other] { $name } owes { $blocks } blocks and sends { $rate } Mbit/s.
}
waiting-quiet = { $count ->
    [one] { $names } went quiet. { $helper } is sending what it owes again.
   *[other] { $names } went quiet. { $helper } is sending what they owe again.
}
waiting-quiet-all = { $names } went quiet. Nobody else sends now; all are asked again.
waiting-plays-on = Plays on in about { $time }.
verdict-looking = Looking for servers
verdict-looking-what = The director is asked who holds this title.
verdict-not-opened = It could not be opened
verdict-codec = A decoder is missing
verdict-codec-what = Nothing here decodes { $codec }. Install the package { $install }, then try again.
verdict-network = The network is gone
verdict-damaged = The file is damaged
verdict-failed = It can't be played
verdict-alone = { $name } sends alone.
verdict-together = { $names } send together.
verdict-nobody-yet = No server takes part yet.

## How good the servers are

test-title = Server test
test-again = Test again
test-begin = Test
test-export = Export
test-servers = Test the servers
test-question = How good are the servers?
test-explanation = Each one sends { $size } alone, then all of them send together. That takes a few seconds for each.
test-note = Each server sends { $size } alone, then all of them together. What was measured stays on this computer.
test-server = Server
test-route = Route
test-rtt = RTT
test-first-byte = First byte
test-speed = Speed alone
test-loss = Loss
test-says = What it says
test-order-by = Order by { $column }
test-direct = direct
test-no-route = none
test-measuring = measuring
test-alone = { $rate } Mbit/s alone
test-while-all = { $rate } Mbit/s while all send
test-all = All together
test-to-come = { $count ->
    [one] { $count } server still to come
   *[other] { $count } servers still to come
}
test-needs = { $what } needs { $rate }
test-reference = a 1080p film
test-saved = Measurements saved
test-not-saved = The measurements could not be saved
test-settings = How fast, how near and how steady each one is.
test-now = Test servers
report-save = Save a bundle
report-title = Bundle for a report
report-explanation = Versions, settings, ten minutes of numbers; without passwords, tokens and folders.
report-saved = Bundle saved
report-not-saved = The bundle could not be saved

## Stats, page by page

stats-page-sources = Sources
stats-page-network = Network
stats-page-media = Media
stats-page-cache = Cache
stats-page-events = Events
stats-new-warning = { $page }, new warning
stats-close = Close stats
stats-apart = A window of its own
stats-together = Back into the player
stats-width = Width of the stats
stats-window = Tributary: stats
buffer-all = the rest is here
buffer-unknown = buffer –
buffer-lasts = buffer { $time }
buffer-grows = buffer { $time }, growing
buffer-falls = buffer { $time }, falling
time-ago = { $time } ago
count-blocks = { $count ->
    [one] 1 block
   *[other] { $count } blocks
}
count-frames = { $count ->
    [one] 1 frame
   *[other] { $count } frames
}
count-errors = { $count ->
    [one] 1 error
   *[other] { $count } errors
}
sources-source = Source
sources-share = Share
sources-trip = RTT
sources-rate = Rate, errors
source-joining = joining
source-waiting = waiting
source-silent = silent
source-away = away
source-shut-out = shut out
source-slow = slow
source-sending = sending
source-asked = asked in { $time }
source-repaired = { $count } repaired
source-no-errors = no errors
source-spoken = { $name }, { $state }, { $rate } Mbit/s, { $share }
source-owes = Owes
source-gave = Gave
source-gave-what = { $size } in { $blocks }
source-can = Can give
source-instead = In place of others
source-instead-what = { $blocks }, { $twice } came twice
source-first-byte = First byte
source-first-byte-what = after { $half }, 95 in 100 within { $most }
source-disk = Disk
source-disk-what = waits for it { $part } of the time, { $time } each
source-last-error = Last error
pattern = Pattern
pattern-none-needed = None in force: every block up to the end is here.
pattern-none = None in force: nobody sends now.
pattern-now = epoch { $epoch } now
pattern-then = epoch { $epoch } now, epoch { $next } from block { $block }
pattern-before = Patterns before
pattern-from = from { $block }
pattern-awaited = { $block } next
pattern-spoken = Pattern { $letters }
pattern-spoken-then = Pattern { $letters }, { $next } from block { $block }
pattern-spoken-before = Pattern before: { $letters }
pattern-why-has = { $name } has { $count } in { $all }: it can give { $rate } Mbit/s.
pattern-why-first = the first one: by who answers soonest
pattern-why-joined = { $name } joined
pattern-why-left = { $name } left
pattern-why-quiet = { $name } went quiet
pattern-why-back = { $name } is back
pattern-why-wrong = { $name } sent wrong bytes and is shut out
pattern-why-distrusted = { $name } is not believed any more
pattern-why-slowed = { $name } slowed from { $from } to { $to } Mbit/s
pattern-why-restarted = reading goes on at block { $block }
pattern-why-moved = { $name } goes from { $before } in { $all } to { $now } in { $of }: the others changed
pattern-why-eased = { $name } goes from { $before } in { $all } to { $now } in { $of }: it eased to { $rate } Mbit/s
pattern-why-grew = { $name } goes from { $before } in { $all } to { $now } in { $of }: it gives { $rate } Mbit/s now
pattern-why-measured = { $name } goes from { $before } in { $all } to { $now } in { $of }: it was measured, { $rate } Mbit/s
pattern-why-nobody = nobody sends now
foot-doubled = Doubled
foot-control = Control
foot-verified = Verified
foot-verified-of = { $verified } of { $blocks }
foot-verified-wrong = { $verified }, { $wrong } wrong
foot-stalls = Stalls
headroom = headroom
headroom-spoken = headroom { $factor }
headroom-arrive = Mbit/s arrive
headroom-could = Mbit/s could arrive
headroom-spoken-arrive = { $rate } Mbit/s arrive
headroom-spoken-could = { $rate } Mbit/s could arrive
headroom-needs = needs { $rate }
span-whole = Whole title
network-arriving = Arriving
network-spoken = Rates, { $span }, { $rate } Mbit/s now
network-ahead = Ahead of the picture
network-needs = title needs { $rate }
network-key-pattern = new pattern
network-key-repaired = repaired
network-key-seek = seek
network-key-stall = stood still
network-pauses = pauses below 2 s
network-now = Now: { $rate } Mbit/s
network-then = { $time } ago: { $rate } Mbit/s
network-lasts = { $time } ahead of the picture
network-happened = What happened
cache-where = Where every block came from
cache-blocks = { $count } blocks of { $size }
cache-only = { $name }, { $part }, { $blocks }, show only these
cache-map = File map: { $here } of { $blocks } blocks are here
cache-playing = playing { $block }
cache-block = Block { $block }, at about { $time }
cache-block-range = Blocks { $first } to { $last }, at about { $time }
cache-from = from { $name } ({ $letter })
cache-mostly-from = mostly from { $name } ({ $letter })
cache-from-disk = read from disk
cache-coming = on its way
cache-absent = not here
cache-kept = watched, kept
cache-key-ahead = ahead
cache-behind = Behind
cache-ahead = Ahead
cache-disk = On disk
cache-of = of { $limit }
events-copy = Copy
events-hint = Filter, for example: beta late
events-filter = Filter events
events-all = All
events-pattern = Pattern
events-sources = Sources
events-repairs = Repairs
events-warnings = Warnings
events-warnings-count = Warnings { $count }
events-none = Nothing happened yet.
events-none-fits = No event matches.
events-foot = Since it was opened, and the time of the day in UTC. Newest first.
event-joined = { $name } joined
event-joined-what = Its first blocks come next.
event-owed = { $count ->
    [one] The block it owed comes from the others.
   *[other] The { $count } blocks it owed come from the others.
}
event-silent-what = { $count ->
    [one] Nothing came for { $time }. Its block comes from the others.
   *[other] Nothing came for { $time }. Its { $count } blocks come from the others.
}
event-back = { $name } is back
event-back-what = It sends again.
event-slowed-what = { $from } to { $to } Mbit/s
event-wrong-what = Block { $block } was not the title's. It is shut out until the title is opened again.
event-wrong-hashes = Its list of hashes was not the title's. It is shut out until the title is opened again.
event-distrusted = { $name } is not believed
event-distrusted-what = It is shut out until the title is opened again.
event-repaired = Block { $block } repaired
event-repaired-what = { $name } sent it { $time } after it was asked
event-pattern = New pattern { $letters }
event-pattern-what = epoch { $epoch }, from block { $block }
event-order = Out of sequence
event-order-what = block { $block } of { $name } before block { $awaited }
event-restarted = Reading goes on elsewhere
event-restarted-what = from block { $block }
event-nobody = No server is left
event-nobody-what = All are tried again as their turn comes.
event-director-what = The servers that are known go on; it is asked again.
event-director-back = The director answers again
why-reset = the connection was reset
why-refused = nothing listens there
why-no-route = there is no route to it
why-closed = the server closed the connection
why-stopping = it is shutting down
why-no-address = its name has no address
why-silent = it was silent for { $time }
why-no-answer = no answer within { $time }
why-none = it gave none of its blocks for { $time }
why-late = block { $block } is late by far
why-wrong = it sent wrong bytes as block { $block }
nobody-source = { $name }: { $what }.
nobody-joining = no answer yet
nobody-connected = connected
nobody-silent = connected, but silent
nobody-lost = connection lost
nobody-gone = no longer holds the title
nobody-wrong = sent wrong bytes
nobody-now = No server can send the next part now.
nobody-holds = No server holds this title now. It starts as soon as one does.
nobody-part = Nobody who is there holds the next block: only parts of the title are to be had.
nobody-proves = Only plain web servers are left, and what they send can't be verified: the hashes for it come from content servers.
nobody-gives = No server gives this title.
nobody-honest = No honest copy could be had.
nobody-rest = No server could send the rest for a long time.
nobody-gave-up = No server holds this title.
blamed-silent = { $name } was silent
blamed-left = { $name } left
blamed-wrong = { $name } sent wrong bytes
blamed-late = { $name } answered late
blamed-disk = { $name }'s disk was slow
blamed-slowed = { $name } slowed
blamed-line = your own line was the limit
blamed-all = all servers together were too slow
blamed-repaired = { $why }; repaired from { $helpers }
media-on-time = Every frame on time
media-nearly = Almost every frame on time
media-no-picture = No picture yet
media-sound-alone = Sound alone
media-sound-alone-what = There is no picture in it.
media-dropped = { $count ->
    [one] 1 frame dropped
   *[other] { $count } frames dropped
}
media-shown-all = { $frames } shown, none dropped.
media-shown = { $frames } shown, { $dropped } dropped, { $late } of them too late to be drawn.
media-slow = { $frames } shown. This computer draws more slowly than the film runs.
media-picture = Picture
media-codec = Codec
media-size = Size
media-rate = Frame rate
media-measured = measured { $fps }
media-bit-rate = Bit rate
media-on-average = on average, sound and all
media-decoder = Decoder
media-colour = Colour
media-bits = { $bits } bit
media-full = full range
media-limited = limited range
media-hdr = HDR ({ $transfer }), to { $nits } cd/m², shown as SDR
media-wide = wide colours
media-frame-times = Frame times
media-each = last { $count } frames, { $time } ms each
media-frames-spoken = Frame times: { $late } of the last { $count } frames came late
media-sound = Sound
media-offset = A–V offset
media-offset-picture = picture after sound; noticed from about 45
media-offset-sound = sound after picture; noticed from about 45
media-offset-none = together
media-buffer = Buffer
media-ahead = Ahead
media-file = File
media-container = Container
media-length = Length
media-hash = Hash
source-direct = direct
media-fps = { $fps } fps
plot-now = now
plot-hours = { $hours } h
