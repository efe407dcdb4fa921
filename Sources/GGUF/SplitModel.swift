import Foundation

/// A model in several files, as written by gguf-split of llama.cpp. The first contains the metadata, each some tensors.
///
/// The files are named `PREFIX-00001-of-00003.gguf` and so on; `split.no` counts from 0.
struct SplitModel {
    /// The files of all parts.
    let urls: [URL]

    /// - Parameters:
    ///   - metadata: of the given file.
    ///   - url: where it is.
    /// - Returns: nil if the file is a complete model.
    /// - Throws: `GGUFError` if it is not the first part, or is not named like one.
    init?(_ metadata: GGUFMetadata, _ url: URL) throws(GGUFError) {
        guard let count = try metadata.integerIfPresent("split.count"), count > 1 else { return nil }
        let index = try metadata.integer("split.no")
        let (name, suffix) = (url.lastPathComponent, Self.suffix(1, of: count))
        guard (0..<count).contains(index) else {
            throw .outOfRange(key: "split.no", value: "\(index)", expected: "0 to \(count - 1)")
        }
        guard index == 0 else {
            let own = Self.suffix(index + 1, of: count)
            let first = name.hasSuffix(own) ? name.dropLast(own.count) + suffix : "whose name ends in \(suffix)"
            throw .notFirstPart(number: index + 1, count: count, first: first)
        }
        guard name.hasSuffix(suffix) else { throw .splitName(name: name, suffix: suffix) }
        // Stops at the first missing part, so a count of a billion costs nothing.
        let (folder, prefix) = (url.deletingLastPathComponent(), name.dropLast(suffix.count))
        var urls = [url]
        for number in 2...count {
            let part = folder.appendingPathComponent(prefix + Self.suffix(number, of: count))
            guard FileManager.default.fileExists(atPath: part.path) else {
                throw .missingPart(name: part.lastPathComponent, number: number, count: count)
            }
            urls.append(part)
        }
        self.urls = urls
    }

    /// How the name of part `number`, counted from 1, ends.
    private static func suffix(_ number: Int, of count: Int) -> String {
        func digits(_ value: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, 5 - text.count)) + text
        }
        return "-\(digits(number))-of-\(digits(count)).gguf"
    }

    /// All parts, after checking that each is the part its name says.
    func parts(_ first: GGUFPart) throws(GGUFError) -> [GGUFPart] {
        var parts = [first]
        for (index, url) in urls.enumerated().dropFirst() {
            let name = url.lastPathComponent
            let part: GGUFPart
            do {
                part = try GGUFPart(contentsOf: url, index: index)
            } catch {
                throw .inPart(name: name, error)
            }
            for (key, expected) in [("split.no", index), ("split.count", urls.count)] {
                guard part.metadata[key]?.integer == expected else {
                    let found = part.metadata[key].map { $0.integer.map(String.init) ?? $0.typeName } ?? "missing"
                    throw .wrongPart(name: name, key: key, found: found, expected: expected)
                }
            }
            parts.append(part)
        }
        return parts
    }

    /// Compares the number of tensors in all parts with the total stated in the first.
    func check(tensorCount: Int, _ metadata: GGUFMetadata) throws(GGUFError) {
        let expected = try metadata.integer("split.tensors.count")
        guard tensorCount == expected else { throw .splitTensorCount(expected: expected, found: tensorCount) }
    }
}
