# Was der Player sagt, auf Deutsch. Reihenfolge und Namen wie in der englischen Datei.

## Zeiten, Größen, Zahlen

time-seconds = { $seconds } s
time-minutes = { $minutes } min
time-minutes-seconds = { $minutes } min { $seconds } s
time-hours-minutes = { $hours } h { $minutes } min
time-length-hours = { $hours } h { $minutes }
time-under-second = unter 1 s
time-left = noch { $time }
time-now = gerade eben
time-minutes-ago = vor { $minutes } min
time-hours-ago = vor { $hours } h
time-days-ago = { $days ->
    [one] vor { $days } Tag
   *[other] vor { $days } Tagen
}
count-titles = { $count ->
    [one] { $count } Titel
   *[other] { $count } Titel
}
count-servers = { $count ->
    [one] { $count } Server
   *[other] { $count } Server
}
count-catalogs = { $count ->
    [one] { $count } Katalog
   *[other] { $count } Kataloge
}
list-and = { $head } und { $last }
language-japanese = Japanisch
language-chinese = Chinesisch
language-korean = Koreanisch
language-arabic = Arabisch
language-hebrew = Hebräisch
language-hindi = Hindi
language-thai = Thailändisch
language-persian = Persisch
percent = { $part } %
unit-rate = { $rate } Mbit/s

## Wörter, die oft vorkommen

back = Zurück
close = Schließen
cancel = Abbrechen
stop = Beenden
try-again = Noch einmal
try-now = Jetzt versuchen
choose-another = Andere Wahl
open = Öffnen
keys = Tasten
settings = Einstellungen
stats = Statistik
action-pin-stats = Statistik, bleibt offen
sound = Ton
subtitles = Untertitel
picture = Bild
speed = Tempo
volume = Lautstärke
all-titles = Alle Titel
away = fort
full-screen = Vollbild
save-picture = Bild speichern
small-window = Kleines Fenster vorn

## Einen Director wählen

directors-back = Zurück zur Bibliothek
directors-first = Wo sind die Filme?
directors-choose = Einen Director wählen
directors-about = Ein Director führt die Kataloge und weiß, welcher Server was hat. Wähle einen, der im Netz gefunden wurde, oder gib eine Adresse ein.
directors-known = Schon benutzt
directors-found = In diesem Netz gefunden
directors-looking = sucht noch
directors-none-found = Noch keiner. Ein Director wird gefunden, wenn er Verbindungen anderer Rechner annimmt und sich ankündigt.
directors-found-silent = eben gesehen, antwortet nicht; er wird wieder gefragt
directors-instead = Stattdessen Datei oder Webadresse öffnen
directors-drop = geht auch durch Ziehen in dieses Fenster
directors-add = Mit Adresse hinzufügen
directors-open = { $name } öffnen, { $address }
directors-asked = wird gefragt
directors-in-use = { $holds }, in Benutzung
directors-forget = Diesen Director vergessen
directors-field = Adresse eines Directors
directors-connect = Verbinden
directors-silent = { $address } antwortet nicht. { $why }
directors-asking = { $address } wird gefragt
directors-port = Port 7400, wenn keiner dabeisteht.
directors-art-head = Ein Film,
    viele Ströme.
directors-art-words = Jeder Server schickt, was er am schnellsten kann.
director-none = Kein Director

## Die Bibliothek

library-search = Titel suchen
library-search-hint = { $count ->
    [one] { $count } Titel durchsuchen
   *[other] { $count } Titel durchsuchen
}
library-open = Datei oder Adresse öffnen
library-old = { $name } antwortet nicht, die Liste kann also veraltet sein. Alle paar Sekunden wird wieder gefragt.
library-silent = { $name } antwortet nicht
library-silent-why = { $why } Alle paar Sekunden wird wieder gefragt.
library-empty = { $name } führt noch keine Titel
library-empty-what = Lege Filme in einen Ordner eines Inhaltsservers und starte ihn mit der Adresse dieses Directors. Sie erscheinen hier von selbst.
library-look-again = Nachsehen
library-asking = { $name } wird nach seinen Katalogen gefragt
library-director = Director { $name }, einen anderen wählen
library-catalogs = Kataloge
library-catalog = { $count ->
    [one] { $name }, { $count } Titel
   *[other] { $name }, { $count } Titel
}
library-servers = Server
library-continue = Weiterschauen
library-continue-title = Weiter mit { $name }, { $left }
library-take-off = Aus dieser Reihe nehmen
library-as-posters = Als Plakate zeigen
library-as-list = Als Liste zeigen
library-by-name = Nach Namen
library-by-age = Zuletzt dazugekommen
library-order = Reihenfolge
filter-all = Alle
filter-unwatched = Ungesehen
filter-length = Länge
filter-any-length = Jede Länge
filter-under-minutes = Unter { $minutes } min
filter-under-hours = Unter { $hours } h
filter-hours-and-more = { $hours } h und mehr
filter-tag = Stichwort
filter-any-tag = Jedes Stichwort
filter-fine = Ab 1080p
library-no-fit = Kein Titel hier passt dazu
library-no-fit-what = Nimm weg, was die Liste eingrenzt, oder sieh in allen Katalogen nach.
library-clear-filter = Alle zeigen
library-refused = Die Titel ließen sich nicht auflisten
library-no-hit = Hier heißt nichts „{ $search }“
library-no-hit-what = Suche nach einem Teil des Namens oder in allen Katalogen.
library-clear-search = Suche löschen
library-catalog-empty = Dieser Katalog ist leer
library-catalog-empty-what = Titel erscheinen hier von selbst, sobald ein Server sie anbietet.
poster-held-by-nobody = zurzeit bei niemandem
poster-on = bei { $servers }
poster-spoken = { $title }, { $facts }, { $held }
poster-spoken-begun = { $title }, { $facts }, { $held }, zu { $part } % gesehen
poster-spoken-watched = { $title }, { $facts }, { $held }, gesehen
poster-watched = Gesehen

## Die Seite eines Titels

title-play = Abspielen
title-resume = Weiter bei { $time }
title-from-start = Von vorn
title-unwatch = Als nicht gesehen merken
title-watch = Als gesehen merken
title-held-by-nobody = Zurzeit bei niemandem
title-held-by = { $count ->
    [one] Bei { $count } Server
   *[other] Bei { $count } Servern
}
title-speeds = Tempo beim letzten Mal, { $ago }
title-more-holders = und { $count } weitere
title-holder = { $name }, letztes Mal { $rate } Mbit/s, { $rtt }
title-holder-new = { $name }, noch nicht gemessen
title-direct = { $address }  ·  direkt
title-by-way = { $address }  ·  über { $route }
title-tracks = Spuren
title-track-row = { $kind }: { $names }, { $codecs }
title-first-chapter = zuerst: { $name }
title-languages = { $count } Sprachen
title-track-count = { $count } Spuren
title-file = Datei
title-hash = Hash
title-copy-hash = Den ganzen Hash kopieren
title-copy-address = Die Adresse kopieren
title-forget = Vergessen, wo ich war
title-fps = { $fps } B/s
title-size = Größe
title-name = Name

## Ob ein Titel gut laufen wird

ready-nobody = Niemand hat ihn zurzeit.
ready-nobody-what = Er läuft wieder, sobald ein Server, der ihn hat, zurück ist.
ready = Bereit.
ready-for = Bereit für { $picture }.
ready-little = Bereit, mit wenig Reserve.
ready-may-pause = Er wird vielleicht stocken.
ready-need-unknown = { $count ->
    [one] { $count } Server hat ihn; was er braucht, ist noch nicht bekannt.
   *[other] { $count } Server haben ihn; was er braucht, ist noch nicht bekannt.
}
ready-speed-unknown = { $count ->
    [one] { $count } Server hat ihn. Er braucht { $need } Mbit/s; wie schnell der Server ist, zeigt sich beim Abspielen.
   *[other] { $count } Server haben ihn. Er braucht { $need } Mbit/s; wie schnell sie sind, zeigt sich beim Abspielen.
}
ready-known = { $count ->
    [one] { $count } Server hat ihn; er gab letztes Mal { $total } Mbit/s, gebraucht werden { $need }.
   *[other] { $count } Server haben ihn; zusammen gaben sie letztes Mal { $total } Mbit/s, gebraucht werden { $need }.
}

## Eine Datei oder Adresse öffnen

open-field = Datei oder Adresse
open-hint = https://example.net/film.mp4, Filme/Kestrel, /home/…
open-about = Eine Datei, eine Webadresse, eine Abspielliste oder KATALOG/TITEL beim Director. Dateien lassen sich auch aufs Fenster ziehen.
open-choose = Dateien wählen …
open-drop = Loslassen zum Abspielen
open-dialog = Filme öffnen
open-dialog-subtitles = Untertitel laden

## Einstellungen

settings-playback = Wiedergabe
settings-network = Netz
settings-cache = Speicher
settings-subtitles = Untertitel
settings-appearance = Aussehen
settings-keys = Tasten
settings-about = Über
settings-off = aus
settings-less = { $name }: weniger
settings-more = { $name }: mehr
settings-titles = Titel
settings-resume = Weiter, wo ich aufgehört habe
settings-resume-what = Titel beginnen an der Stelle, an der sie verlassen wurden.
settings-countdown = Zeit bis zum nächsten Titel
settings-countdown-what = Nach dem Ende beginnt der nächste Titel des Katalogs.
settings-start = Start
settings-start-with = Beginne mit
settings-start-with-what = Wenn nichts zum Abspielen genannt ist.
settings-start-library = Bibliothek
settings-start-last = Letztem Titel
settings-start-directors = Directoren
settings-languages = Sprachen
settings-languages-what = Gewählt, wo ein Titel sie hat; die erste zuerst.
settings-languages-subtitles-what = Ebenso; ohne Eintrag sind sie zuerst aus.
settings-looks = Aussehen
settings-subtitle-size = Größe
settings-subtitle-size-what = Gegen die übliche.
settings-subtitle-raise = Höhe
settings-subtitle-raise-what = Raum darunter, als Teil der Höhe des Films.
settings-subtitle-colour = Farbe
settings-subtitle-colour-what = Der Worte; was eine Datei selbst färbt, bleibt so.
settings-subtitle-white = Weiß
settings-subtitle-yellow = Gelb
settings-subtitle-grey = Grau
settings-subtitle-plate = Dunkle Fläche dahinter
settings-subtitle-plate-what = Für Filme, die hinter den Worten hell sind.
settings-directors = Directoren
settings-in-use = In Benutzung
settings-switch-to = Wechseln
settings-add-director = Director hinzufügen
settings-sources = Quellen
settings-planner = Planer
settings-planner-what = Wie Blöcke verteilt werden. Ankunft passt fast immer.
settings-planner-arrival = Nach der Ankunft
settings-planner-interval = Nach Anteilen
settings-most-sources = Höchstens Quellen zugleich
settings-most-sources-what = Jede hilft, und jede kostet eine Verbindung.
settings-look-around = Directoren in diesem Netz suchen
settings-look-around-what = Mit mDNS, solange die Seite der Directoren offen ist.
settings-relays = Relais erlauben
settings-relays-what = Ein anderer Weg, wenn der direkte langsam oder zu ist.
settings-limits = Grenzen
settings-download = Grenze fürs Laden
settings-download-what = Lässt anderen im Haus Platz.
settings-memory = Arbeitsspeicher
settings-ahead = Voraus
settings-ahead-what = Film, der geholt wird, bevor er gebraucht wird.
settings-behind = Zurück
settings-behind-what = Film, der bleibt, damit Zurückgehen sofort geht.
settings-ahead-seconds = Voraus in Zeit
settings-ahead-seconds-what = Höchstens so viel vom Film, wo seine Länge bekannt ist.
settings-disk = Festplatte
settings-films = Filme auf der Platte
settings-films-what = Was gesehen wurde, ist ohne Server wieder da.
settings-every = alle
settings-all = alles
settings-next-title = Das gilt ab dem nächsten Titel, der geöffnet wird.
settings-window = Fenster
settings-theme = Farben
settings-theme-what = Der Player selbst ist immer dunkel.
settings-theme-system = Wie der Desktop
settings-theme-dark = Dunkel
settings-theme-light = Hell
settings-reduce-motion = Weniger Bewegung
settings-reduce-motion-what = Nichts gleitet oder blendet.
settings-keep-window = Platz und Größe merken
settings-keep-window-what = Das Fenster öffnet sich, wo es geschlossen wurde.
settings-one-window = Ein Fenster
settings-one-window-what = Später Geöffnetes läuft in diesem Fenster.
settings-language = Sprache
settings-language-what = Die des Programms selbst.
settings-version = Version { $version }
settings-motto = Ein Film, viele Ströme.
settings-licence = Lizenz
settings-licence-what = { $licence }; Schriften: Inter (OFL 1.1); Zeichen: Phosphor (MIT)
settings-file = Alle Einstellungen stehen in config.toml im Ordner für Einstellungen und lassen sich auch von Hand ändern.
settings-keys-what = Eine Taste, die eine Aktion bekommt, verliert jede andere. Esc lässt die Tasten, wie sie sind.
settings-press-key = Taste drücken
settings-change-key = Ändern
settings-usual-key = Üblich

## Was Tasten tun

action-play-pause = Abspielen oder Pause
action-back = { $seconds } s zurück
action-forward = { $seconds } s vor
action-go-to-start = Zum Anfang
action-go-to = Zu { $part } %
action-frame-back = Ein Bild zurück
action-frame-forward = Ein Bild vor
action-chapter-back = Kapitel davor
action-chapter-forward = Nächstes Kapitel
action-next = Nächster Titel
action-previous = Voriger Titel
action-repeat = Teil wiederholen: Anfang, Ende, aus
action-slower = Langsamer
action-faster = Schneller
action-normal-speed = Normales Tempo
action-louder = Lauter
action-softer = Leiser
action-mute = Stumm
action-sound = Nächste Tonspur
action-subtitles = Nächste Untertitel
action-subtitles-earlier = Untertitel früher
action-subtitles-later = Untertitel später
action-zoom-in = Größeres Bild
action-zoom-out = Kleineres Bild
action-shape = Nächste Bildform
action-turn = Bild drehen
action-deinterlace = Halbbilder trennen: wo nötig, immer, nie
action-full-screen = Vollbild, auch mit Doppelklick
action-leave = Verlassen
action-search = Suchen
key-page-up = Bild ↑
key-page-down = Bild ↓
key-escape = Esc
key-space = Leertaste
key-backspace = Rücktaste
key-ctrl = Strg
key-shift = Umschalt

## Das Blatt der Tasten

keys-close = { $key } oder Esc schließt dies
keys-playing = Abspielen
keys-back-forward = { $seconds } s zurück, vor
keys-go-to = Zu 0 bis 90 %
keys-frames = Ein Bild zurück, vor
keys-chapters = Kapitel davor, danach
keys-titles = Nächster, voriger Titel
keys-repeat = Teil wiederholen
keys-slower-faster = Langsamer, schneller
keys-sound = Ton und Worte
keys-volume = Lautstärke, auch Rad
keys-subtitle-delay = Untertitel früher, später
keys-size = Kleiner, größer
keys-shape = Nächste Form
keys-turn = Drehen
keys-deinterlace = Halbbilder trennen
keys-window = Fenster
keys-library = Bibliothek
keys-open = Datei öffnen
keys-to = bis
keys-colours = Welcher Server schickt was?
keys-colours-what = { $key } drücken, während ein Film läuft. Jede Farbe auf der Zeitleiste ist ein Server.

## Der Player

player-play = Abspielen
player-pause = Pause
player-next = Danach: { $title }
player-sound-on = Ton an
player-volume = Lautstärke { $part } %
player-leave-full-screen = Vollbild verlassen
player-tracks = Ton und Untertitel
player-more = Mehr
player-picture-menu = Bild und Verzögerung
player-chapters = Kapitel
player-speed = Tempo { $speed }
player-chapter = Kapitel { $number }
player-chapter-named = Kapitel { $number }, { $name }
player-stopped = Steht
player-stopped-what = niemand kann schicken, was folgt
player-rest-here = Alles da
player-rest-here-what = bis zum Ende des Films
player-headroom = { $count ->
    [one] des Nötigen, von { $count } Server
   *[other] des Nötigen, von { $count } Servern
}
player-show-stats = { $words }, Statistik zeigen
seek-spoken = Suchen, bei { $time } von { $length }
seek-not-here = Noch nicht hier
seek-here = Schon hier, von
menu-off = Aus
menu-file = Datei
menu-load = Datei laden …
menu-normal = normal
menu-faster = Schneller als { $speed }
menu-slower = Langsamer als { $speed }
menu-as-it-is = Wie es ist
menu-fill = Fenster füllen
menu-size = Größe
menu-turn = Drehen, jetzt { $degrees }°
menu-deinterlace = Halbbilder trennen: { $when }
deinterlace-auto = wo nötig
deinterlace-always = immer
deinterlace-never = nie
menu-hardware = In Hardware dekodieren
decoder-hardware = { $name }, in Hardware
decoder-software = { $name }, in Software
menu-sound-delay = Tonverzögerung
menu-sound-earlier = Ton früher
menu-sound-later = Ton später
menu-subtitle-delay = Untertitelverzug
menu-repeat = Ab hier wiederholen
menu-repeat-to = Von { $from } bis hier wiederholen
menu-repeats = Wiederholt { $from } bis { $to }

## Mitten im Film

center-nobody = Niemand kann das schicken
center-nobody-rest = Niemand kann den Rest schicken
center-network = Das Netz ist fort
center-network-what = { $why } Dein Platz ist gemerkt: { $time }. Es geht von selbst weiter, sobald ein Server antwortet.
center-network-failed = { $why } Dein Platz ist gemerkt: { $time }.
center-copy = Einzelheiten kopieren
center-play-again = Noch einmal abspielen
center-begins-in = Er beginnt in { $time }.
center-play-now = Jetzt abspielen
center-stay = Hier bleiben
center-after = Danach kommt { $title }.
center-play-next = Nächsten abspielen
center-end = Ende
center-codec = Es lässt sich nicht dekodieren
center-codec-what = Dieser Titel ist in { $codec }, und dafür ist kein Decoder installiert. Installiere das Paket { $install } und versuche es noch einmal.
center-not-opened = Es ließ sich nicht öffnen
center-damaged = Die Datei ist beschädigt
center-failed = Es lässt sich nicht abspielen
center-asking = Es wird gefragt, wer ihn hat
center-first-picture = Warten auf das erste Bild
center-opening = Wird geöffnet
center-waiting = Warten auf den Server
state-joining = kommt dazu
state-sending = schickt
state-waiting = wartet
state-silent = still
state-away-retry = fort, gefragt in { $time }
state-shut-out = ausgesperrt

## Kurze Meldungen

note-repeats = Wiederholung
note-repeats-what = { $from } bis { $to }
note-repeats-from = ab { $from }; noch einmal setzt das Ende
note-repeats-no-more = nicht mehr
note-delay-none = wie in der Datei
note-later = { $seconds } s später
note-earlier = { $seconds } s früher
note-off = aus
note-percent = { $percent } %
note-muted = aus
note-picture = Bild
note-turned = um { $degrees }° gedreht
note-fits = alles ist zu sehen
note-no-dialog = Es gibt keinen Dialog, um Dateien zu wählen
note-no-dialog-what = Drück o und gib den Pfad ein, oder installiere zenity.
note-forgets = Was gesehen wird, lässt sich nicht merken
note-own-speed = Dies läuft nur im eigenen Tempo: man kann darin nicht springen
note-saved = Bild gespeichert
note-not-saved = Das Bild ließ sich nicht speichern
note-goes-on = Weiter bei { $time }
note-goes-on-what = 0 beginnt von vorn
note-no-decoder = Kein Decoder für { $codec }
note-no-decoder-sound = Es läuft ohne seinen Ton. Installiere { $install }.
note-no-decoder-track = Eine Spur fehlt. Installiere { $install }.
note-no-sound = Kein Tongerät
note-no-sound-what = Der Film läuft ohne Ton weiter.
note-settings-part = Ein Teil der Einstellungen gilt nicht
note-settings-more = { $first }; und { $count } weitere, siehe Protokoll
note-settings-not-kept = Die Einstellungen ließen sich nicht speichern
note-subtitles = Die Untertitel ließen sich nicht laden
note-unverified = Nichts zeigt, ob diese Bytes stimmen

## Warum niemand schickt, was als Nächstes kommt

standing-nobody = Kein Server hat diesen Titel zurzeit.
standing-silent = { $count ->
    [one] Der einzige Server, der ihn hat, antwortet nicht.
   *[other] Keiner der { $count } Server antwortet.
}
standing-lacks = { $count ->
    [one] { $names } ist da, hat aber nicht, was als Nächstes kommt.
   *[other] { $names } sind da, haben aber nicht, was als Nächstes kommt.
}
standing-shut-out = { $count ->
    [one] { $names } schickte falsche Bytes und wird nicht mehr gebraucht.
   *[other] { $names } schickten falsche Bytes und werden nicht mehr gebraucht.
}
standing-away = { $count ->
    [one] { $names } ist fort.
   *[other] { $names } sind fort.
}
standing-next-try = Der nächste Versuch ist in { $time }.

## Spuren und Formate

media-chapter = Kapitel { $number }
media-track = Spur { $number }
media-channels = { $count } Kanäle
media-mono = Mono
media-not-drawn = { $codec }, nicht darstellbar
media-stereo = Stereo
media-all-codecs = Was dieser Titel enthält
media-nobody-answers = dort antwortet niemand.
media-address = Die Adresse lässt sich nicht lesen: { $why }
media-unknown = Das ist weder Film noch Ton, soweit es sich erkennen lässt.
media-damaged = Der Titel ist beschädigt und lässt sich nicht weiter abspielen: { $why }
media-breaks-off = Er bricht bei { $at } ab und sollte { $lasts } dauern: Sein Ende fehlt.
media-nothing-comes = Der Titel ist beschädigt: Weder Bild noch Ton kommt heraus.
media-failed = Das Abspielen misslang: { $why }

## Fehler

fault-director-address = { $address } ist keine Adresse eines Directors: HOST oder HOST:PORT ist nötig.
fault-director-unreachable = Der Director bei { $director } ist nicht zu erreichen: { $why }.
fault-director-says = Der Director bei { $director } sagt: { $message }.
fault-director-refused = Der Director bei { $director } antwortete { $status }: { $message }.
fault-director-malformed = Die Antwort des Directors bei { $director } ist nicht brauchbar: { $why }.
fault-refused-connection = dort lauscht niemand
fault-timeout = keine rechtzeitige Antwort
fault-no-name = so heißt kein Rechner
fault-no-director = Kein Director ist bekannt, der { $title } kennen könnte: wähle zuerst einen.
fault-other-stream = { $source } ist eine Quelle eines anderen Stroms.
fault-no-file = Der Director bei { $director } kennt keine Datei namens { $file }.
fault-ambiguous = { $count } verschiedene Dateien heißen { $file }: { $files }.
fault-size-unknown = Kein Server nannte die Größe von { $title }: { $why }.
fault-no-honest-copy = Kein Server hat eine brauchbare Kopie von { $title }: { $why }.
fault-metalink = Die Metalink-Datei { $file } ist nicht brauchbar: { $why }.
fault-too-large = Ein Strom von { $bytes } Bytes ist größer, als geholt werden kann.
fault-not-empty = Der Strom soll keine Bytes haben, sein Name sagt aber anderes.
fault-locator = { $text } nennt nichts, was sich abspielen ließe: gib eine Datei, eine Webadresse, KATALOG/TITEL oder tributary://HOST/KATALOG/TITEL an.
fault-source = { $text } ist keine Quelle: gib tributary://HOST:PORT/b3:HASH oder http(s)://HOST/PFAD an.
fault-web-address = { $text } ist keine Adresse einer Datei auf einem Webserver: gib http(s)://HOST/PFAD ohne Passwort an.
fault-hash = { $text } ist kein Hash eines Stroms: b3: und 64 hexadezimale Ziffern sind nötig.
fault-address = { $text } ist keine Adresse: HOST oder HOST:PORT ist nötig.
fault-thread = Das System gab keinen Thread: { $why }.
fault-open-path = { $path } lässt sich nicht öffnen: { $why }
fault-scheme = Adressen, die mit { $scheme }:// beginnen, lassen sich nicht abspielen: http, https, file und tributary schon.
fault-no-plain-file = es ist keine gewöhnliche Datei
fault-folder-empty = In { $path } sind keine Filme.
fault-empty = { $path } ist leer: die Datei hat keine Bytes.
fault-playlist-foreign = Eine Abspielliste aus dem Web darf { $line } nicht nennen.
fault-playlist-large = so groß ist keine Abspielliste
fault-playlist-empty = sie nennt nichts
fault-nothing = Nichts zum Abspielen
fault-subtitles-read = { $name } lässt sich nicht lesen: { $why }.
fault-subtitles-large = { $name } ist größer, als Untertitel je sind.
fault-subtitles-unknown = { $name } enthält keine Untertitel, die verstanden werden.
fault-settings-read = { $path } lässt sich nicht lesen: { $why }.
fault-settings-parse = { $path } wird nicht verstanden und bleibt, wie sie ist: { $why }.
fault-settings-write = { $path } lässt sich nicht schreiben: { $why }.
fault-setting = { $key }: nötig ist { $wanted }; der übliche Wert gilt
fault-setting-unknown = { $key } ist hier nicht bekannt
fault-setting-table = { $key } muss eine Tabelle sein: [{ $key }]
wanted-switch = true oder false
wanted-whole = eine ganze Zahl von { $least } bis { $most }
wanted-number = eine Zahl von { $least } bis { $most }
wanted-one-of = eines von { $list }
wanted-languages = eine Liste von Sprachen wie ["en", "de"]
wanted-keys = eine Taste oder eine Liste von Tasten wie ["k", "Ctrl+Space"]

## Was die Maschine fand, während ein Film läuft
finding-a-server = ein Server
finding-failed-head = Es geht nicht weiter
finding-nobody-head = Niemand kann Block { $block } schicken
finding-nobody = Niemand kann Block { $block } schicken. { $why }
finding-stalled = { $count ->
    [0] Steht seit { $time }: wartet auf { $name }.
    [one] Steht seit { $time }: wartet auf { $name }; { $helpers } schickt seine Blöcke noch einmal.
   *[other] Steht seit { $time }: wartet auf { $name }; { $helpers } schicken seine Blöcke noch einmal.
}
finding-stalled-all = Steht seit { $time }: wartet auf die Server.
finding-had-stalled-head = Stand { $time } lang
finding-had-stalled = Stand { $time } lang. Läuft wieder seit { $ago }.
finding-had-stalled-why = Stand { $time } lang: { $why }. Läuft wieder seit { $ago }.
finding-wrong-head = { $name } schickte falsche Bytes
finding-wrong = { $count ->
    [0] { $name } schickte vor { $ago } falsche Bytes ({ $what }) und ist ausgesperrt. Nichts Falsches kam durch.
    [one] { $name } schickte vor { $ago } falsche Bytes ({ $what }) und ist ausgesperrt. Nichts Falsches kam durch; { $helpers } schickt seine Blöcke.
   *[other] { $name } schickte vor { $ago } falsche Bytes ({ $what }) und ist ausgesperrt. Nichts Falsches kam durch; { $helpers } schicken seine Blöcke.
}
finding-block = Block { $block }
finding-hashes = seine Prüfliste
finding-left-head = { $name } ist fort
finding-left = { $count ->
    [0] { $name } ist seit { $ago } fort: { $why }.
    [one] { $name } ist seit { $ago } fort: { $why }. { $helpers } schickt seine Blöcke.
   *[other] { $name } ist seit { $ago } fort: { $why }. { $helpers } schicken seine Blöcke.
}
finding-unreachable-head = { $name } ist nicht erreichbar
finding-unreachable = { $name } ist seit { $ago } nicht erreichbar: { $why }.
finding-for-good = Er wird nicht wieder gefragt.
finding-tried-again = Er wird wieder gefragt.
finding-silent-head = { $name } schweigt
finding-silent = { $count ->
    [0] { $name } schuldet Blöcke und schweigt seit { $time }.
    [one] { $name } schuldet Blöcke und schweigt seit { $time }; { $helpers } schickt { $blocks ->
        [one] seinen 1 Block
       *[other] seine { $blocks } Blöcke
    }.
   *[other] { $name } schuldet Blöcke und schweigt seit { $time }; { $helpers } schicken { $blocks ->
        [one] seinen 1 Block
       *[other] seine { $blocks } Blöcke
    }.
}
finding-late-head = { $name } antwortet spät
finding-late = { $count ->
    [0] { $name } antwortet spät, obwohl seine Leitung frei ist: er schickt { $part } der Zeit nichts und dann viel auf einmal, im Ganzen { $rate } Mbit/s. Seine Platte oder der Rechner selbst ist langsam.
    [one] { $name } antwortet spät, obwohl seine Leitung frei ist: er schickt { $part } der Zeit nichts und dann viel auf einmal, im Ganzen { $rate } Mbit/s. Seine Platte oder der Rechner selbst ist langsam; { $helpers } schickt seine Blöcke.
   *[other] { $name } antwortet spät, obwohl seine Leitung frei ist: er schickt { $part } der Zeit nichts und dann viel auf einmal, im Ganzen { $rate } Mbit/s. Seine Platte oder der Rechner selbst ist langsam; { $helpers } schicken seine Blöcke.
}
finding-disk-head = Die Platte von { $name } ist langsam
finding-disk = { $count ->
    [0] Die Platte von { $name } ist langsam, nicht seine Leitung: { $name } wartet { $part } der Zeit auf sie, { $read } ms für jedes Lesen, und gibt { $rate } Mbit/s.
    [one] Die Platte von { $name } ist langsam, nicht seine Leitung: { $name } wartet { $part } der Zeit auf sie, { $read } ms für jedes Lesen, und gibt { $rate } Mbit/s; { $helpers } schickt seine Blöcke.
   *[other] Die Platte von { $name } ist langsam, nicht seine Leitung: { $name } wartet { $part } der Zeit auf sie, { $read } ms für jedes Lesen, und gibt { $rate } Mbit/s; { $helpers } schicken seine Blöcke.
}
finding-line-head = Die eigene Leitung ist die Grenze
finding-line-cut = Die eigene Leitung scheint unterbrochen: alle { $servers } Server verstummten vor { $ago } zusammen. Es geht von selbst weiter, sobald sie wieder zu hören sind.
finding-line = Die eigene Leitung ist die Grenze: alle { $servers } Server wurden vor { $ago } zusammen langsamer, von { $from } auf { $to } Mbit/s im Ganzen.
finding-shared-line = Die eigene Leitung ist die Grenze: sie brachte { $from } Mbit/s, bevor { $joined } dazukam, und { $to } Mbit/s danach.
finding-slowed-head = { $name } wurde langsamer
finding-slowed = { $count ->
    [0] { $name } fiel vor { $ago } von { $from } auf { $to } Mbit/s; sein Anteil ging von { $share_from } auf { $share_to }.
    [one] { $name } fiel vor { $ago } von { $from } auf { $to } Mbit/s; sein Anteil ging von { $share_from } auf { $share_to }. { $helpers } schickt seine Blöcke.
   *[other] { $name } fiel vor { $ago } von { $from } auf { $to } Mbit/s; sein Anteil ging von { $share_from } auf { $share_to }. { $helpers } schicken seine Blöcke.
}
finding-slowed-alone = { $name } fiel vor { $ago } von { $from } auf { $to } Mbit/s; er ist der einzige Server, so kann es auch an der eigenen Leitung liegen.
finding-pause-head = Hält in etwa { $time } an
finding-slow-head = Zusammen zu langsam
finding-slow = Zusammen zu langsam: der Titel braucht { $needed } Mbit/s, und { $total } Mbit/s kommen an.
finding-director-head = Der Director antwortet nicht
finding-director = { $servers ->
    [one] Der Director antwortet seit { $time } nicht: der 1 bekannte Server schickt weiter. Wer kommt oder geht, ist erst wieder zu erfahren, wenn er zurück ist.
   *[other] Der Director antwortet seit { $time } nicht: die { $servers } bekannten Server schicken weiter. Wer kommt oder geht, ist erst wieder zu erfahren, wenn er zurück ist.
}
finding-unverified-head = Die Bytes sind ungeprüft
finding-all-here-head = Der Rest ist schon da
finding-all-here = Alles vom Bild bis zum Ende ist da.
finding-full = Der Speicher ist voll; die Server warten, bis Platz ist.
finding-full-factor = Der Speicher ist voll; die Server warten, bis Platz ist. Sie könnten das { $factor }-fache geben.
finding-safe-head = Läuft, mit Reserve
finding-safe = Läuft sicher: { $factor } × was er braucht.
finding-tight-head = Läuft, mit wenig Reserve
finding-tight = Läuft mit wenig Reserve: { $factor } × was er braucht.
finding-flowing-head = Es wird gemessen, was er braucht
finding-flowing = { $rate } Mbit/s kommen an.
finding-measuring-head = Es wird gemessen
finding-measuring = Die Server werden gerufen und gemessen.

## Was das Fenster selbst urteilt
waiting-for = Warten auf { $name }
waiting-for-servers = Warten auf die Server
waiting-reaching = Sie werden gerufen.
waiting-owes = { $blocks ->
    [one] { $name } schuldet 1 Block und schickt { $rate } Mbit/s.
   *[other] { $name } schuldet { $blocks } Blöcke und schickt { $rate } Mbit/s.
}
waiting-quiet = { $count ->
    [one] { $names } verstummte. { $helper } schickt noch einmal, was er schuldet.
   *[other] { $names } verstummten. { $helper } schickt noch einmal, was sie schulden.
}
waiting-quiet-all = { $names }: verstummt. Niemand sonst schickt jetzt; alle werden wieder gefragt.
waiting-plays-on = Läuft in etwa { $time } weiter.
verdict-looking = Server werden gesucht
verdict-looking-what = Der Director wird gefragt, wer diesen Titel hat.
verdict-not-opened = Es ließ sich nicht öffnen
verdict-codec = Ein Decoder fehlt
verdict-codec-what = Nichts hier dekodiert { $codec }. Das Paket { $install } installieren, dann noch einmal versuchen.
verdict-network = Das Netz ist weg
verdict-damaged = Die Datei ist beschädigt
verdict-failed = Es lässt sich nicht abspielen
verdict-alone = { $name } schickt allein.
verdict-together = { $names } schicken zusammen.
verdict-nobody-yet = Noch macht kein Server mit.

## Wie gut die Server sind

test-title = Server-Test
test-again = Noch einmal testen
test-begin = Testen
test-export = Exportieren
test-servers = Die Server testen
test-question = Wie gut sind die Server?
test-explanation = Jeder sendet { $size } allein, dann senden alle zugleich. Das dauert für jeden ein paar Sekunden.
test-note = Jeder Server sendet { $size } allein, dann alle zugleich. Was gemessen wurde, bleibt auf diesem Rechner.
test-server = Server
test-route = Weg
test-rtt = Laufzeit
test-first-byte = Erstes Byte
test-speed = Rate allein
test-loss = Verlust
test-says = Was es heißt
test-order-by = Ordnen nach { $column }
test-direct = direkt
test-no-route = keiner
test-measuring = misst
test-alone = { $rate } Mbit/s allein
test-while-all = { $rate } Mbit/s, während alle senden
test-all = Alle zusammen
test-to-come = { $count ->
    [one] { $count } Server kommt noch
   *[other] { $count } Server kommen noch
}
test-needs = { $what } braucht { $rate }
test-reference = ein Film in 1080p
test-saved = Messwerte gespeichert
test-not-saved = Die Messwerte konnten nicht gespeichert werden
test-settings = Wie schnell, wie nah und wie stetig jeder ist.
test-now = Server testen
report-save = Bündel speichern
report-title = Bündel für eine Meldung
report-explanation = Versionen, Einstellungen, zehn Minuten Zahlen; keine Passwörter und Ordner.
report-saved = Bündel gespeichert
report-not-saved = Das Bündel konnte nicht gespeichert werden

## Stats, page by page

stats-page-sources = Quellen
stats-page-network = Netz
stats-page-media = Medien
stats-page-cache = Speicher
stats-page-events = Ereignisse
stats-new-warning = { $page }, neue Warnung
stats-close = Statistik schließen
stats-apart = Ein eigenes Fenster
stats-together = Zurück in den Player
stats-width = Breite der Statistik
stats-window = Tributary: Statistik
buffer-all = der Rest ist da
buffer-unknown = Vorrat –
buffer-lasts = Vorrat { $time }
buffer-grows = Vorrat { $time }, wächst
buffer-falls = Vorrat { $time }, sinkt
time-ago = vor { $time }
count-blocks = { $count ->
    [one] 1 Block
   *[other] { $count } Blöcke
}
count-frames = { $count ->
    [one] 1 Bild
   *[other] { $count } Bilder
}
count-errors = { $count ->
    [one] 1 Fehler
   *[other] { $count } Fehler
}
sources-source = Quelle
sources-share = Anteil
sources-trip = RTT
sources-rate = Rate, Fehler
source-joining = kommt dazu
source-waiting = wartet
source-silent = schweigt
source-away = fort
source-shut-out = ausgesperrt
source-slow = langsam
source-sending = schickt
source-asked = gefragt in { $time }
source-repaired = { $count } ersetzt
source-no-errors = keine Fehler
source-spoken = { $name }, { $state }, { $rate } Mbit/s, { $share }
source-owes = Schuldet
source-gave = Gab
source-gave-what = { $size } in { $blocks }
source-can = Kann geben
source-instead = Für andere
source-instead-what = { $blocks }, { $twice } kamen doppelt
source-first-byte = Erstes Byte
source-first-byte-what = nach { $half }, 95 von 100 binnen { $most }
source-disk = Platte
source-disk-what = wartet { $part } der Zeit auf sie, je { $time }
source-last-error = Letzter Fehler
pattern = Muster
pattern-none-needed = Keins in Kraft: alles bis zum Ende ist da.
pattern-none = Keins in Kraft: niemand schickt jetzt.
pattern-now = Epoche { $epoch } jetzt
pattern-then = Epoche { $epoch } jetzt, { $next } ab Block { $block }
pattern-before = Muster davor
pattern-from = ab { $block }
pattern-awaited = { $block } fehlt
pattern-spoken = Muster { $letters }
pattern-spoken-then = Muster { $letters }, { $next } ab Block { $block }
pattern-spoken-before = Muster davor: { $letters }
pattern-why-has = { $name } hat { $count } von { $all }: er kann { $rate } Mbit/s geben.
pattern-why-first = das erste: danach, wer am schnellsten antwortet
pattern-why-joined = { $name } kam dazu
pattern-why-left = { $name } ging
pattern-why-quiet = { $name } verstummte
pattern-why-back = { $name } ist zurück
pattern-why-wrong = { $name } schickte falsche Bytes und ist ausgesperrt
pattern-why-distrusted = { $name } wird nicht mehr geglaubt
pattern-why-slowed = { $name } fiel von { $from } auf { $to } Mbit/s
pattern-why-restarted = es geht bei Block { $block } weiter
pattern-why-moved = { $name } geht von { $before } in { $all } auf { $now } in { $of }: die anderen änderten sich
pattern-why-eased = { $name } geht von { $before } in { $all } auf { $now } in { $of }: er ließ nach auf { $rate } Mbit/s
pattern-why-grew = { $name } geht von { $before } in { $all } auf { $now } in { $of }: er gibt jetzt { $rate } Mbit/s
pattern-why-measured = { $name } geht von { $before } in { $all } auf { $now } in { $of }: er wurde gemessen, { $rate } Mbit/s
pattern-why-nobody = niemand schickt jetzt
foot-doubled = Doppelt
foot-control = Steuerung
foot-verified = Geprüft
foot-verified-of = { $verified } von { $blocks }
foot-verified-wrong = { $verified }, { $wrong } falsch
foot-stalls = Halte
headroom = Reserve
headroom-spoken = Reserve { $factor }
headroom-arrive = Mbit/s kommen an
headroom-could = Mbit/s könnten kommen
headroom-spoken-arrive = { $rate } Mbit/s kommen an
headroom-spoken-could = { $rate } Mbit/s könnten kommen
headroom-needs = braucht { $rate }
span-whole = Ganzer Titel
network-arriving = Es kommen an
network-spoken = Raten, { $span }, { $rate } Mbit/s jetzt
network-ahead = Dem Bild voraus
network-needs = Titel braucht { $rate }
network-key-pattern = neues Muster
network-key-repaired = ersetzt
network-key-seek = Sprung
network-key-stall = stand still
network-pauses = hält unter 2 s
network-now = Jetzt: { $rate } Mbit/s
network-then = Vor { $time }: { $rate } Mbit/s
network-lasts = { $time } dem Bild voraus
network-happened = Was geschah
cache-where = Woher jeder Block kam
cache-blocks = { $count } Blöcke zu { $size }
cache-only = { $name }, { $part }, { $blocks }, nur diese zeigen
cache-map = Karte der Datei: { $here } von { $blocks } Blöcken sind da
cache-playing = spielt { $block }
cache-block = Block { $block }, etwa bei { $time }
cache-block-range = Blöcke { $first } bis { $last }, etwa bei { $time }
cache-from = von { $name } ({ $letter })
cache-mostly-from = meist von { $name } ({ $letter })
cache-from-disk = von der Platte gelesen
cache-coming = unterwegs
cache-absent = nicht da
cache-kept = gesehen, noch da
cache-key-ahead = voraus
cache-behind = Dahinter
cache-ahead = Voraus
cache-disk = Auf Platte
cache-of = von { $limit }
events-copy = Kopieren
events-hint = Filtern, zum Beispiel: beta spät
events-filter = Ereignisse filtern
events-all = Alle
events-pattern = Muster
events-sources = Quellen
events-repairs = Ersatz
events-warnings = Warnungen
events-warnings-count = Warnungen { $count }
events-none = Noch ist nichts geschehen.
events-none-fits = Kein Ereignis passt.
events-foot = Seit dem Öffnen, und die Uhrzeit in UTC. Neueste zuerst.
event-joined = { $name } ist dabei
event-joined-what = Seine ersten Blöcke kommen als nächste.
event-owed = { $count ->
    [one] Der Block, den er schuldete, kommt von den anderen.
   *[other] Die { $count } Blöcke, die er schuldete, kommen von den anderen.
}
event-silent-what = { $count ->
    [one] { $time } lang kam nichts. Sein Block kommt von den anderen.
   *[other] { $time } lang kam nichts. Seine { $count } Blöcke kommen von den anderen.
}
event-back = { $name } ist zurück
event-back-what = Er schickt wieder.
event-slowed-what = von { $from } auf { $to } Mbit/s
event-wrong-what = Block { $block } war nicht von diesem Titel. Er bleibt ausgesperrt, bis der Titel neu geöffnet wird.
event-wrong-hashes = Seine Prüfliste war nicht von diesem Titel. Er bleibt ausgesperrt, bis der Titel neu geöffnet wird.
event-distrusted = { $name } wird nicht geglaubt
event-distrusted-what = Er bleibt ausgesperrt, bis der Titel neu geöffnet wird.
event-repaired = Block { $block } ersetzt
event-repaired-what = { $name } schickte ihn { $time } nach der Bitte
event-pattern = Neues Muster { $letters }
event-pattern-what = Epoche { $epoch }, ab Block { $block }
event-order = Außer der Reihe
event-order-what = Block { $block } von { $name } vor Block { $awaited }
event-restarted = Es geht anderswo weiter
event-restarted-what = ab Block { $block }
event-nobody = Kein Server ist mehr da
event-nobody-what = Alle werden der Reihe nach wieder gefragt.
event-director-what = Die bekannten Server machen weiter; er wird wieder gefragt.
event-director-back = Der Director antwortet wieder
why-reset = die Verbindung wurde abgebrochen
why-refused = dort hört niemand zu
why-no-route = es führt kein Weg dorthin
why-closed = der Server schloss die Verbindung
why-stopping = er wird heruntergefahren
why-no-address = sein Name hat keine Adresse
why-silent = er schwieg { $time } lang
why-no-answer = keine Antwort binnen { $time }
why-none = er gab { $time } lang keinen seiner Blöcke
why-late = Block { $block } ist viel zu spät
why-wrong = er schickte falsche Bytes als Block { $block }
nobody-source = { $name }: { $what }.
nobody-joining = noch keine Antwort
nobody-connected = verbunden
nobody-silent = verbunden, aber stumm
nobody-lost = Verbindung verloren
nobody-gone = hat den Titel nicht mehr
nobody-wrong = schickte falsche Bytes
nobody-now = Kein Server kann den nächsten Teil jetzt schicken.
nobody-holds = Kein Server hat diesen Titel jetzt. Es beginnt, sobald einer ihn hat.
nobody-part = Niemand, der da ist, hat den nächsten Block: nur Teile des Titels sind zu haben.
nobody-proves = Nur gewöhnliche Webserver sind noch da, und was sie schicken, lässt sich nicht prüfen: die Prüfsummen kommen von Inhaltsservern.
nobody-gives = Kein Server gibt diesen Titel her.
nobody-honest = Eine unverfälschte Kopie war nicht zu bekommen.
nobody-rest = Lange konnte kein Server den Rest schicken.
nobody-gave-up = Kein Server hat diesen Titel.
blamed-silent = { $name } schwieg
blamed-left = { $name } ging
blamed-wrong = { $name } schickte falsche Bytes
blamed-late = { $name } antwortete spät
blamed-disk = die Platte von { $name } war langsam
blamed-slowed = { $name } wurde langsamer
blamed-line = die eigene Leitung war die Grenze
blamed-all = alle Server zusammen waren zu langsam
blamed-repaired = { $why }; ersetzt von { $helpers }
media-on-time = Jedes Bild zur Zeit
media-nearly = Fast jedes Bild zur Zeit
media-no-picture = Noch kein Bild
media-sound-alone = Nur Ton
media-sound-alone-what = Ein Bild ist nicht dabei.
media-dropped = { $count ->
    [one] 1 Bild ausgelassen
   *[other] { $count } Bilder ausgelassen
}
media-shown-all = { $frames } gezeigt, keins ausgelassen.
media-shown = { $frames } gezeigt, { $dropped } ausgelassen, davon { $late } zu spät zum Zeichnen.
media-slow = { $frames } gezeigt. Dieser Rechner zeichnet langsamer, als der Film läuft.
media-picture = Bild
media-codec = Codec
media-size = Größe
media-rate = Bildrate
media-measured = gemessen { $fps }
media-bit-rate = Bitrate
media-on-average = im Mittel, mit Ton
media-decoder = Decoder
media-colour = Farbe
media-bits = { $bits } Bit
media-full = voller Bereich
media-limited = begrenzter Bereich
media-hdr = HDR ({ $transfer }), bis { $nits } cd/m², als SDR gezeigt
media-wide = großer Farbraum
media-frame-times = Bildabstände
media-each = letzte { $count } Bilder, je { $time } ms
media-frames-spoken = Bildabstände: { $late } der letzten { $count } Bilder kamen spät
media-sound = Ton
media-offset = Bild zu Ton
media-offset-picture = Bild nach Ton; ab etwa 45 fällt es auf
media-offset-sound = Ton nach Bild; ab etwa 45 fällt es auf
media-offset-none = gleichzeitig
media-buffer = Vorrat
media-ahead = Voraus
media-file = Datei
media-container = Container
media-length = Länge
media-hash = Prüfsumme
source-direct = direkt
media-fps = { $fps } Bilder/s
plot-now = jetzt
plot-hours = { $hours } h
