//! From a film's light to the screen's: PQ and HLG, and BT.2020's wide colours, as BT.709 shows them.
//!
//! What a screen can't show is not cut off but bent: BT.2390's curve (its EETF) brings a film's brightest
//! light down to the reference white of BT.2408, 203 cd/m², which is a screen's white. Up to about 90
//! cd/m² of a film mastered at 1,000 nothing changes; above, highlights keep apart. The brightest of
//! red, green and blue is bent and the others with it, so that hues stay. Then BT.2020's primaries become
//! BT.709's, and what lies outside them is cut off.

use std::sync::{Arc, Mutex, PoisonError};

/// Light of a screen's white, in cd/m² (BT.2408).
pub(crate) const WHITE_NITS: f32 = 203.0;
/// Brightest light that PQ can tell, in cd/m².
const PQ_NITS: f32 = 10_000.0;
/// Brightest light of a film that does not tell its own, in cd/m².
const USUAL_PEAK_NITS: f32 = 1_000.0;
/// Gamma of a screen (BT.1886).
const SCREEN_GAMMA: f32 = 2.4;

/// How the film's numbers tell light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// As screens have always shown it.
    #[default]
    Sdr,
    /// Perceptual quantiser, SMPTE ST 2084.
    Pq,
    /// Hybrid log-gamma, ARIB STD-B67.
    Hlg,
}

/// What must be done to a film's colours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Light {
    /// How its numbers tell light.
    pub transfer: Transfer,
    /// Whether its primaries are those of BT.2020.
    pub wide: bool,
    /// Its brightest light, in cd/m²; only of meaning for PQ and HLG.
    pub peak_nits: f32,
}

impl Light {
    /// Of a film that tells its brightest light, in cd/m², or does not.
    pub(super) fn new(transfer: Transfer, wide: bool, peak_nits: Option<f32>) -> Self {
        let told = peak_nits.filter(|peak| (WHITE_NITS..=PQ_NITS).contains(peak));
        let peak_nits = match transfer {
            Transfer::Pq => told.unwrap_or(USUAL_PEAK_NITS),
            Transfer::Hlg => USUAL_PEAK_NITS,
            Transfer::Sdr => WHITE_NITS,
        };
        Self { transfer, wide, peak_nits }
    }

    /// Whether the colours are the screen's already.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.transfer == Transfer::Sdr && !self.wide
    }

    /// Light of one colour number, against the screen's white; of HLG before the scene's own gamma.
    fn light(self, signal: f32) -> f32 {
        match self.transfer {
            Transfer::Sdr => signal.max(0.0).powf(SCREEN_GAMMA),
            Transfer::Pq => pq_to_nits(signal) / WHITE_NITS,
            Transfer::Hlg => hlg_to_scene(signal),
        }
    }

    /// By how much a colour whose brightest part is `light`, against the screen's white, is dimmed.
    fn bend(self, light: f32) -> f32 {
        if self.transfer == Transfer::Sdr || light <= 0.0 {
            return 1.0;
        }
        let Bend { peak, most, knee } = self.bend_figures();
        let signal = nits_to_pq(light * WHITE_NITS) / peak;
        if signal <= knee {
            return 1.0;
        }
        let t = ((signal - knee) / (1.0 - knee)).min(1.0);
        let (t2, t3) = (t * t, t * t * t);
        let bent = (2.0 * t3 - 3.0 * t2 + 1.0) * knee
            + (t3 - 2.0 * t2 + t) * (1.0 - knee)
            + (3.0 * t2 - 2.0 * t3) * most;
        pq_to_nits(bent * peak) / WHITE_NITS / light
    }

    /// What the curve is made of.
    pub(crate) fn bend_figures(self) -> Bend {
        let peak = nits_to_pq(self.peak_nits);
        let most = nits_to_pq(WHITE_NITS) / peak;
        Bend { peak, most, knee: 1.5 * most - 0.5 }
    }
}

/// Figures of BT.2390's curve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bend {
    /// PQ's number of the film's brightest light.
    pub(crate) peak: f32,
    /// PQ's number of the screen's white, against it.
    pub(crate) most: f32,
    /// From here on the curve bends, against it.
    pub(crate) knee: f32,
}

/// BT.2020's linear colours in BT.709's primaries, row by row.
pub(crate) const NARROWED: [[f32; 3]; 3] =
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]];
/// How bright BT.2020's red, green and blue are.
const LUMA: [f32; 3] = [0.2627, 0.678, 0.0593];

const PQ_M1: f32 = 0.159_301_76;
const PQ_M2: f32 = 78.84375;
const PQ_C1: f32 = 0.835_937_5;
const PQ_C2: f32 = 18.851_563;
const PQ_C3: f32 = 18.6875;

fn pq_to_nits(signal: f32) -> f32 {
    let power = signal.clamp(0.0, 1.0).powf(1.0 / PQ_M2);
    PQ_NITS * ((power - PQ_C1).max(0.0) / (PQ_C2 - PQ_C3 * power)).powf(1.0 / PQ_M1)
}

fn nits_to_pq(nits: f32) -> f32 {
    let power = (nits / PQ_NITS).clamp(0.0, 1.0).powf(PQ_M1);
    ((PQ_C1 + PQ_C2 * power) / (1.0 + PQ_C3 * power)).powf(PQ_M2)
}

fn hlg_to_scene(signal: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 0.284_668_92;
    const C: f32 = 0.559_910_7;
    let signal = signal.clamp(0.0, 1.0);
    if signal <= 0.5 { signal * signal / 3.0 } else { (((signal - C) / A).exp() + B) / 12.0 }
}

/// Steps of the tables that give factors.
const STEPS: usize = 1 << 12;
/// Steps of the table that gives the screen's numbers, of which the darkest lie far apart.
const NUMBER_STEPS: usize = 1 << 16;

/// The same for pictures in memory, by tables: for software rasterisers, and for pictures that are saved.
pub(super) struct Tables {
    light: Light,
    /// Light of each number, against the screen's white; of HLG, of the scene.
    of_number: [f32; 256],
    /// By how much light is dimmed, by its part of the film's brightest.
    dimmed: Vec<f32>,
    /// HLG's factor, by the scene's brightness.
    scene: Vec<f32>,
    /// The screen's number, by light.
    number: Vec<u8>,
}

impl Tables {
    fn new(light: Light) -> Self {
        let step = |number: usize| number as f32 / (STEPS - 1) as f32;
        let fine = |number: usize| number as f32 / (NUMBER_STEPS - 1) as f32;
        let peak = light.peak_nits / WHITE_NITS;
        let mut of_number = [0.0; 256];
        for (number, of) in of_number.iter_mut().enumerate() {
            *of = light.light(number as f32 / 255.0);
        }
        Self {
            light,
            of_number,
            dimmed: (0..STEPS).map(|n| light.bend(step(n) * peak)).collect(),
            scene: (0..STEPS).map(|n| peak * step(n).max(1e-6).powf(0.2)).collect(),
            number: (0..NUMBER_STEPS)
                .map(|n| (fine(n).powf(1.0 / SCREEN_GAMMA) * 255.0).round() as u8)
                .collect(),
        }
    }

    /// The tables for `light`; those used last are kept.
    pub(super) fn of(light: Light) -> Arc<Self> {
        static LAST: Mutex<Option<Arc<Tables>>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tables) = last.as_ref().filter(|tables| tables.light == light) {
            return Arc::clone(tables);
        }
        let tables = Arc::new(Self::new(light));
        *last = Some(Arc::clone(&tables));
        tables
    }

    /// A colour as the screen shows it.
    pub(super) fn shown(&self, [red, green, blue]: [u8; 3]) -> [u8; 3] {
        let at = |table: &[f32], part: f32| table[((part * (STEPS - 1) as f32) as usize).min(STEPS - 1)];
        let mut rgb = [red, green, blue].map(|number| self.of_number[usize::from(number)]);
        if self.light.transfer == Transfer::Hlg {
            let factor = at(&self.scene, rgb[0] * LUMA[0] + rgb[1] * LUMA[1] + rgb[2] * LUMA[2]);
            rgb = rgb.map(|part| part * factor);
        }
        if self.light.transfer != Transfer::Sdr {
            let brightest = rgb[0].max(rgb[1]).max(rgb[2]);
            let factor = at(&self.dimmed, brightest * WHITE_NITS / self.light.peak_nits);
            rgb = rgb.map(|part| part * factor);
        }
        if self.light.wide {
            rgb = NARROWED.map(|row| row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]);
        }
        let last = NUMBER_STEPS - 1;
        rgb.map(|part| self.number[((part.max(0.0) * last as f32 + 0.5) as usize).min(last)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PQ: Transfer = Transfer::Pq;

    #[test]
    fn pq_tells_the_light_that_its_standard_says() {
        // BT.2408, table 1: 58 % of PQ is reference white, 75 % is 1,000 cd/m².
        for (signal, nits) in
            [(0.0, 0.0), (0.5081, 100.0), (0.5807, 203.0), (0.7518, 1_000.0), (1.0, 10_000.0)]
        {
            let told = pq_to_nits(signal);
            assert!((told - nits).abs() <= nits * 0.005, "{signal}: {told}, not {nits}");
            assert!((nits_to_pq(nits) - signal).abs() < 0.001, "{nits}");
        }
        // BT.2408: 75 % of HLG is reference white on a screen of 1,000 cd/m².
        let scene = hlg_to_scene(0.75);
        assert!((1_000.0 * scene.powf(1.2) - 203.0).abs() < 3.0, "{scene}");
    }

    #[test]
    fn dark_parts_stay_and_the_brightest_become_white_without_a_step() {
        let light = Light::new(PQ, true, Some(1_000.0));
        assert_eq!(light.bend(80.0 / WHITE_NITS), 1.0);
        let mut before = 0.0;
        for nits in (1..=1_000).map(|nits| nits as f32) {
            let shown = light.bend(nits / WHITE_NITS) * nits / WHITE_NITS;
            // At its very end the curve is flat.
            let rises = if nits < 700.0 { shown > before } else { shown + 1e-5 > before };
            assert!(rises && shown <= 1.0001, "{nits}: {shown} after {before}");
            before = shown;
        }
        assert!(before > 0.999, "{before}");
    }

    #[test]
    fn greys_stay_grey_and_a_film_that_is_not_bright_is_not_dimmed() {
        for transfer in [Transfer::Sdr, Transfer::Pq, Transfer::Hlg] {
            let tables = Tables::of(Light::new(transfer, true, None));
            let mut before = 0;
            for number in 0..=255 {
                let [r, g, b] = tables.shown([number; 3]);
                assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1, "{transfer:?} {number}: {r} {g} {b}");
                assert!(g >= before, "{transfer:?} {number}");
                before = g;
            }
            assert!(before >= 254, "{transfer:?}: {before}");
        }
        assert!(Light::new(Transfer::Sdr, false, None).is_plain());
        let dim = Light::new(PQ, true, Some(WHITE_NITS));
        assert_eq!(dim.bend(0.9), 1.0);
        assert_eq!(Light::new(PQ, true, Some(5e9)).peak_nits, USUAL_PEAK_NITS);
    }

    /// Colours of PQ in BT.2020, and the same on a screen.
    const REFERENCE: [([u8; 3], [u8; 3]); 7] = [
        ([120, 120, 120], [162, 162, 162]),
        ([100, 90, 80], [126, 93, 75]),
        ([80, 100, 90], [27, 118, 93]),
        ([90, 80, 110], [100, 75, 141]),
        ([60, 55, 50], [54, 44, 38]),
        ([40, 44, 48], [26, 34, 38]),
        ([118, 100, 96], [178, 108, 104]),
    ];

    /// What ffmpeg's `zscale=t=linear:npl=203,zscale=p=bt709:t=bt709` gives of these colours of PQ in
    /// BT.2020, in eight bits: they are dark enough for no bending.
    #[test]
    fn dark_colours_come_out_as_another_program_has_them() {
        let tables = Tables::of(Light::new(PQ, true, Some(1_000.0)));
        for (film, screen) in REFERENCE {
            let ours = tables.shown(film);
            let near = ours.iter().zip(screen).all(|(ours, theirs)| ours.abs_diff(theirs) <= 2);
            assert!(near, "{film:?}: {ours:?}, not {screen:?}");
        }
    }
}
