import CommandSupport
import Foundation
import Testing

@Suite struct TextFileTests {
    private func file(_ bytes: [UInt8]) -> TextFile { TextFile(Data(bytes)) }
    private func file(_ text: String) -> TextFile { file(Array(text.utf8)) }

    @Test(arguments: [("", ""), ("\n", ""), ("a\n", "a"), ("a\n\n", "a\n"), (" a\t\n b ", " a\t\n b "), ("é💥\n", "é💥")])
    func aTextStaysAsItIsButForOneFinalNewline(_ contents: String, text: String) {
        #expect(file(contents).text == Data(text.utf8))
        #expect(file(contents).remarks.isEmpty)
    }

    @Test func carriageReturnsAndAByteOrderMarkStayAndAreRemarkedOn() {
        let windows = file("\u{FEFF}a\r\nb\r\n")
        #expect(windows.text == Data("\u{FEFF}a\r\nb\r".utf8))
        #expect(windows.remarks == [.byteOrderMark, .carriageReturns])
        #expect(file("a\rb\n\r").remarks.isEmpty)
    }

    @Test func utf16WithAByteOrderMarkIsConverted() {
        let text = "Zoë 💥\n"
        let little = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = Array(text.utf16).flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
            #expect(file(bytes).text == Data("Zoë 💥".utf8))
            #expect(file(bytes).remarks == [.convertedFromUTF16])
        }
        #expect(file([0xFF, 0xFE]).text.isEmpty)
        // Half a character, and half a pair of surrogates.
        #expect(file([0xFF, 0xFE, 0x61, 0x00, 0x62]).text == Data("a\u{FFFD}".utf8))
        #expect(file([0xFF, 0xFE, 0x3D, 0xD8, 0x61, 0x00]).text == Data("\u{FFFD}a".utf8))
        // Without a mark nobody can be sure.
        #expect(file(little).remarks.contains(.nulCharacters) && file(little).text.count == little.count)
    }

    @Test func invalidBytesStayAndAreRemarkedOn() {
        let invalid = file([0x61, 0xC3, 0xA9, 0xC3])
        #expect(invalid.text == Data([0x61, 0xC3, 0xA9, 0xC3]) && invalid.remarks == [.invalidUTF8(at: 3)])
        #expect(file([0xFF, 0xFF]).remarks == [.invalidUTF8(at: 0)])
        #expect(file([0, 0x0A]).text == Data([0]) && file([0]).remarks == [.nulCharacters])
    }
}
