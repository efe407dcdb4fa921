#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Digits before and behind the point, rounded as C does.
func fixedPoint(_ value: Double, precision: Int) -> String { formatted(value, "f", precision: precision) }

/// - Parameters:
///   - letter: `e`, `f`, `g`, `E`, `F` or `G`.
///   - precision: at most a few hundred.
///   - isAlternate: with a point even where nothing follows it.
func formatted(_ value: Double, _ letter: Character, precision: Int, isAlternate: Bool = false) -> String {
    // No float has more than 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: precision + 400)
    let format = "%" + (isAlternate ? "#" : "") + ".*" + String(letter)
    let length = withVaList([Int32(clamping: precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(Int(max(length, 0))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The digits of a magnitude with a separator after every `size` of them, from the end.
func grouped(_ digits: String, by separator: String, every size: Int) -> String {
    let count = digits.utf8.count
    var grouped = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (count - index) % size == 0 { grouped += separator }
        grouped.append(digit)
    }
    return grouped
}
