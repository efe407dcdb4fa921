/// What a file is that is not a GGUF file, as far as its first bytes tell.
public enum ForeignFile: Equatable, Sendable {
    /// The text that Git keeps in place of a large file.
    /// - Parameter byteCount: the size of the file that it stands for.
    case gitLFSPointer(byteCount: Int?)
    case html
    case xml
    case json(String)
    case text(String)
    case safetensors
    /// A ZIP archive, which is also what PyTorch writes.
    case zip
    /// A Python pickle, as older versions of PyTorch wrote it.
    case pickle
    /// The format before GGUF, by its magic number: ggml, ggmf, ggjt or ggla.
    case oldGGML(String)
    /// gzip, zstd, xz, bzip2, 7z or tar.
    case archive(String)
    /// Nothing but zeros at the start: a file that was made at its full size before its content arrived.
    case zeros
}

extension ForeignFile {
    /// - Parameter bytes: of the file, from its start.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let start = Array(bytes.prefix(512))
        if let kind = Self.binary(start, fileSize: bytes.count) ?? Self.text(start) {
            self = kind
        } else {
            return nil
        }
    }

    private static func binary(_ start: [UInt8], fileSize: Int) -> ForeignFile? {
        // The old formats' magic numbers were 32-bit integers, so their letters are in reverse in the file.
        let magic = String(decoding: start.prefix(4).reversed(), as: UTF8.self)
        if ["ggml", "ggmf", "ggjt", "ggla"].contains(magic) { return .oldGGML(magic) }
        let signatures: [(ForeignFile, [UInt8])] = [
            (.zip, [0x50, 0x4b, 3, 4]), (.archive("gzip"), [0x1f, 0x8b]), (.archive("zstd"), [0x28, 0xb5, 0x2f, 0xfd]),
            (.archive("xz"), [0xfd, 0x37, 0x7a, 0x58, 0x5a]), (.archive("bzip2"), [0x42, 0x5a, 0x68]),
            (.archive("7z"), [0x37, 0x7a, 0xbc, 0xaf]),
        ]
        if let (kind, _) = signatures.first(where: { start.starts(with: $0.1) }) { return kind }
        if start.dropFirst(257).starts(with: "ustar".utf8) { return .archive("tar") }
        if start.count > 1, start[0] == 0x80, (2...5).contains(start[1]) { return .pickle }
        // The length of a header in JSON, in eight bytes, then the header.
        if start.count > 9, start[8] == UInt8(ascii: "{") {
            let length = start.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            if length > 1, length < 1 << 32 { return .safetensors }
        }
        return start.count >= 32 && start.allSatisfy { $0 == 0 } ? .zeros : nil
    }

    private static func text(_ start: [UInt8]) -> ForeignFile? {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let start = start.starts(with: mark) ? start.dropFirst(mark.count) : start[...]
        if isHTML(start) { return .html }
        // Text may hold what controls a terminal or a printer: a form feed, an escape.
        let controls: Set<UInt8> = [0x09, 0x0a, 0x0c, 0x0d, 0x1b]
        guard start.count >= 8, start.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || controls.contains($0) }) else {
            return nil
        }
        let text = String(decoding: start, as: UTF8.self)
        let words = text.split { $0.isWhitespace || $0.isNewline }
        guard let first = words.first?.lowercased() else { return .text("") }
        if text.hasPrefix("version https://git-lfs") {
            let size = words.firstIndex(of: "size").flatMap { words.dropFirst($0 + 1).first }.flatMap { Int($0) }
            return .gitLFSPointer(byteCount: size)
        }
        if first.hasPrefix("<?xml") { return .xml }
        let beginning = words.joined(separator: " ").unicodeScalars.prefix(60)
            .map { $0.isASCII ? String($0) : "?" }.joined()
        return first.hasPrefix("{") || first.hasPrefix("[") ? .json(beginning) : .text(beginning)
    }

    /// Whether a tag or a comment of HTML comes first, apart from blanks and control bytes.
    private static func isHTML(_ start: ArraySlice<UInt8>) -> Bool {
        let first = start.drop { $0 <= 0x20 }.prefix(10).map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }
        return ["<!doctype", "<!--", "<html", "<head", "<title", "<meta", "<script", "<style", "<body", "<div"]
            .contains { first.starts(with: $0.utf8) }
    }
}

extension ForeignFile: CustomStringConvertible {
    /// What the file is, and what to do about it.
    public var description: String {
        switch self {
        case .gitLFSPointer(let byteCount):
            "a Git LFS pointer, which Git keeps in place of the model"
                + (byteCount.map { " (\($0) bytes)" } ?? "")
                + "; run `git lfs pull`, or download the file from its page"
        case .html:
            "a web page (HTML), which the download gave in place of the file; use the file's own link, and log in if "
                + "the page asks for it"
        case .xml: "XML text, probably a server's error message; download the file again"
        case .json(let text):
            "JSON text that begins with \(text.debugDescription): a server's error message, a manifest or a "
                + "configuration; use the file with the weights"
        case .text(let text):
            "text that begins with \(text.debugDescription); download the file again"
        case .safetensors:
            "a safetensors file; convert the model to GGUF with llama.cpp's convert_hf_to_gguf.py, or download a GGUF "
                + "file of it"
        case .zip:
            "a ZIP archive, as PyTorch writes its checkpoints too; unpack it if it holds a GGUF file, else convert the "
                + "model with llama.cpp's convert_hf_to_gguf.py"
        case .pickle:
            "a PyTorch checkpoint (pickle); convert the model to GGUF with llama.cpp's convert_hf_to_gguf.py"
        case .oldGGML(let magic):
            "a file in the format \(magic), which GGUF replaced before there was a Gemma 4; use a GGUF file"
        case .archive(let format): "a \(format) archive; unpack it first"
        case .zeros: "zeros at its start: the download was not completed; download the file again"
        }
    }
}
