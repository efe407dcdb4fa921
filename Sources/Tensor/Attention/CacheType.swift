/// How keys or values are stored in a cache.
///
/// The types of fewer than 16 bits code blocks of 32 values along a head's width, with a half-precision scale each, and so
/// need heads whose width is a multiple of 32.
public enum CacheType: String, CaseIterable, Hashable, Sendable {
    /// Single precision, 4 bytes a value: what the model computed, bit by bit.
    case f32
    /// Half precision, 2 bytes; each value is off by at most 2^-11 of itself.
    case f16
    /// The upper half of single precision, 2 bytes; off by at most 2^-8 of itself, for values of any magnitude.
    case bf16
    /// Bytes, 34 for 32 values; each is off by at most 1/254 of its block's largest.
    case q8_0
    /// 4 bits, 18 bytes for 32 values; each is off by at most an eighth of its block's largest, and mostly by less than a
    /// sixteenth.
    case q4_0
    /// TurboQuant with 3 bits, 14 bytes for 32 values; a block's error is 19 % of its norm, whatever its values.
    case tbq3_0
    /// TurboQuant with 4 bits, 18 bytes for 32 values; a block's error is 10 % of its norm, whatever its values.
    case tbq4_0

    /// The width of a head is a multiple of this.
    package var widthMultiple: Int { element.widthMultiple }

    var element: any CacheElement.Type {
        switch self {
        case .f32: Float.self
        case .f16: Half.self
        case .bf16: BFloat.self
        case .q8_0: ByteCodes.self
        case .q4_0: NibbleCodes.self
        case .tbq3_0: TurboCodes3.self
        case .tbq4_0: TurboCodes4.self
        }
    }
}
