/// How keys or values are stored in a cache.
///
/// The types of fewer than 16 bits code blocks of 32 or 128 values along a head's width, with a half-precision scale
/// each, and so need heads whose width is a multiple of that.
public enum CacheType: String, CaseIterable, Hashable, Sendable {
    /// Single precision, 4 bytes a value: what the model computed, bit by bit.
    case f32
    /// Half precision, 2 bytes; each value is off by at most 2^-11 of itself.
    case f16
    /// The upper half of single precision, 2 bytes; off by at most 2^-8 of itself, for values of any magnitude.
    case bf16
    /// Bytes, 34 for 32 values; each is off by at most 1/254 of its block's largest.
    case q8_0
    /// 5 bits between a block's least and largest value, 24 bytes for 32 values; each is off by at most 1/62 of their
    /// difference.
    case q5_1
    /// 5 bits, 22 bytes for 32 values; each is off by at most a sixteenth of its block's largest, and mostly by less
    /// than 1/32.
    case q5_0
    /// 4 bits between a block's least and largest value, 20 bytes for 32 values; each is off by at most 1/30 of their
    /// difference.
    case q4_1
    /// 4 bits, 18 bytes for 32 values; each is off by at most an eighth of its block's largest, and mostly by less than
    /// a sixteenth.
    case q4_0
    /// 4 bits by a codebook that is denser near zero, 18 bytes for 32 values. Each block is searched for its best
    /// scale, which takes time while a prompt is read.
    case iq4_nl
    /// TurboQuant with 4 bits, 18 bytes for 32 values; a block's error is 10 % of its norm, whatever its values.
    case tbq4_0
    /// TurboQuant with 3 bits, 14 bytes for 32 values; a block's error is 19 % of its norm, whatever its values.
    case tbq3_0
    /// TurboQuant with 3 bits and a trellis, 52 bytes for 128 values; a block's error is 14 % of its norm, whatever its
    /// values. Each block is searched for its best codes, which takes time while a prompt is read.
    case tbq3_tcq

    /// The width of a head must be a multiple of this.
    package var widthMultiple: Int {
        switch self {
        case .f32, .f16, .bf16: 1
        case .q8_0, .q5_1, .q5_0, .q4_1, .q4_0, .iq4_nl, .tbq4_0, .tbq3_0: 32
        case .tbq3_tcq: 128
        }
    }

    /// The basis of the values that the cache holds: queries are rotated into it, and sums of values back.
    package var basis: CacheBasis {
        switch self {
        case .f32, .f16, .bf16, .q8_0, .q5_1, .q5_0, .q4_1, .q4_0, .iq4_nl: .plain
        case .tbq4_0, .tbq3_0: .turbo
        case .tbq3_tcq: .trellis
        }
    }
}

/// A basis that keeps inner products.
package enum CacheBasis: Sendable {
    /// The model's own.
    case plain
    /// `TurboQuant.rotate` of each 32 values.
    case turbo
    /// `TrellisRotation.rotate` of each 128 values.
    case trellis
}
