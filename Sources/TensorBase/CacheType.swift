/// How keys or values are stored in a cache.
///
/// The types of fewer than 16 bits code blocks of 32 values along a head's width, with a half-precision scale each, and
/// so need heads whose width is a multiple of 32.
public enum CacheType: String, CaseIterable, Hashable, Sendable {
    /// Single precision, 4 bytes a value: what the model computed, bit by bit.
    case f32
    /// Half precision, 2 bytes; each value is off by at most 2^-11 of itself.
    case f16
    /// The upper half of single precision, 2 bytes; off by at most 2^-8 of itself, for values of any magnitude.
    case bf16
    /// Bytes, 34 for 32 values; each is off by at most 1/254 of its block's largest.
    case q8_0
    /// 4 bits, 18 bytes for 32 values; each is off by at most an eighth of its block's largest, and mostly by less than
    /// a sixteenth.
    case q4_0
    /// TurboQuant with 3 bits, 14 bytes for 32 values; a block's error is 19 % of its norm, whatever its values.
    case tbq3_0
    /// TurboQuant with 4 bits, 18 bytes for 32 values; a block's error is 10 % of its norm, whatever its values.
    case tbq4_0

    /// The width of a head must be a multiple of this.
    package var widthMultiple: Int {
        switch self {
        case .f32, .f16, .bf16: 1
        case .q8_0, .q4_0, .tbq3_0, .tbq4_0: 32
        }
    }

    /// Whether the cache holds values rotated by `TurboQuant`: queries must be rotated too, and sums of values rotated
    /// back.
    package var isRotated: Bool {
        switch self {
        case .f32, .f16, .bf16, .q8_0, .q4_0: false
        case .tbq3_0, .tbq4_0: true
        }
    }
}
