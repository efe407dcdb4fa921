import GGUF
import Platform
import Testing

/// A file that is not GGUF is called what it is.
@Suite struct ForeignFileTests {
    private static let files: [(ForeignFile, [UInt8])] = [
        (
            .gitLFSPointer(byteCount: 4_930_000_000),
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4930000000\n".utf8)
        ),
        (.html, Array("<!DOCTYPE html>\n<html><head><title>Sign in</title>".utf8)),
        (.html, Array("\n  <HTML lang=\"en\">".utf8)), (.html, [0xef, 0xbb, 0xbf] + Array("<!doctype html>".utf8)),
        (.html, Array("<!-- saved from a browser --><html>".utf8)), (.html, Array("<html><title>\u{1}</title>".utf8)),
        (.html, [0xc, 0] + Array("<head><title>Sign in".utf8)),
        (.text("Error: \u{1B}[31mnot found"), [0xef, 0xbb, 0xbf] + Array("Error: \u{1B}[31mnot found\u{C}".utf8)),
        (.xml, Array("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".utf8)),
        (.json("{\"error\":\"Invalid credentials\"}"), Array("{\"error\":\"Invalid credentials\"}\n".utf8)),
        (.text("Entry not found"), Array("Entry not found".utf8)),
        (.safetensors, [0x20, 1, 0, 0, 0, 0, 0, 0] + Array("{\"__metadata__\":{}}".utf8) + [0, 0, 0]),
        (.zip, [0x50, 0x4b, 3, 4, 0, 0, 8, 8]), (.pickle, [0x80, 2, 0x8a, 0x0a]),
        (.oldGGML("ggjt"), Array("tjgg".utf8) + [3, 0, 0, 0]), (.oldGGML("ggml"), Array("lmgg".utf8) + [0, 125, 0, 0]),
        (.oldGGML("ggmf"), Array("fmgg".utf8) + [1, 0, 0, 0]), (.oldGGML("ggla"), Array("algg".utf8) + [1, 0, 0, 0]),
        (.archive("gzip"), [0x1f, 0x8b, 8, 0]), (.archive("zstd"), [0x28, 0xb5, 0x2f, 0xfd, 4]),
        (.zeros, [UInt8](repeating: 0, count: 4096)),
    ]

    @Test(arguments: files.indices) func aFileIsCalledWhatItIs(index: Int) {
        let (kind, bytes) = Self.files[index]
        #expect(throws: GGUFError.foreign(kind)) { try GGUFFile(ByteRegion(bytes)) }
        #expect(throws: GGUFError.foreign(kind)) { try GGUFListing(ByteRegion(bytes)) }
    }

    @Test func everyMessageIsOneLineThatSaysWhatToDo() {
        for (kind, _) in Self.files {
            let message = "\(GGUFError.foreign(kind))"
            #expect(message.hasPrefix("not a GGUF file but ") && !message.contains("\n"))
            #expect(message.ranges(of: "not ").count <= 2, "\(message)")
            #expect(["download", "convert", "use", "unpack"].contains { message.contains($0) })
        }
    }

    @Test func bytesThatAreNothingKnownAreShown() {
        #expect(throws: GGUFError.notGGUF(magic: [9, 8, 7, 6])) {
            try GGUFFile(ByteRegion([9, 8, 7, 6, 5, 4, 3, 2, 1]))
        }
    }
}
