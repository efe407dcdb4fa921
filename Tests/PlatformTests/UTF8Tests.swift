import Platform
import Testing

@Suite struct UTF8Tests {
    @Test func whatIsUTF8IsWhatTheStandardLibraryTakes() {
        // Every sequence that is decided by its first three bytes, and the boundary cases of the others, after ASCII of
        // any length.
        let borders: [UInt8] = [0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff]
        var wrong: [[UInt8]] = []
        for first in UInt8.min...UInt8.max {
            for second in borders {
                for third in borders {
                    for tail in [[], [0x80], [0xbf], [0x41], [0xc0], [0xc3, 0xa9]] as [[UInt8]] {
                        let bytes = Array(repeating: 0x61, count: Int(first) % 9) + [first, second, third] + tail
                        let isUTF8 = bytes.withUnsafeBytes { $0.isUTF8 }
                        if isUTF8 != (String(validating: bytes, as: UTF8.self) != nil) { wrong.append(bytes) }
                    }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func aByteThatIsNotASCIIIsFoundAnywhere() {
        for length in 0..<40 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0x7a, count: length)
                #expect(bytes.withUnsafeBytes { $0.isUTF8 })
                bytes[place] = 0x80
                #expect(!bytes.withUnsafeBytes { $0.isUTF8 }, "\(place) of \(length)")
            }
        }
    }
}
