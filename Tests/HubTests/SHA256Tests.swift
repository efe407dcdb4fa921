import Checksum
import Foundation
import Testing

@Suite struct SHA256Tests {
    private func hash(_ pieces: [UInt8]...) -> String {
        var hash = SHA256()
        for piece in pieces { piece.withUnsafeBytes { hash.update($0) } }
        let digits = hash.finish()
        #expect(hash.bytes().map { String(format: "%02x", $0) }.joined() == digits)
        return digits
    }

    /// From FIPS 180-4's examples, and around the ends of blocks from coreutils' sha256sum.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (String(repeating: "a", count: 119), "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func checksumsAreThoseOfTheStandard(_ text: String, _ checksum: String) {
        #expect(hash(Array(text.utf8)) == checksum)
    }

    @Test func thePiecesDoNotMatter() {
        let bytes = content(1000)
        let whole = hash(bytes)
        for cut in [0, 1, 63, 64, 65, 127, 500, 1000] {
            #expect(hash(Array(bytes[..<cut]), Array(bytes[cut...])) == whole)
        }
    }
}
