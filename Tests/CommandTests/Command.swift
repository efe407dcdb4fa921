import Foundation
import Testing

/// Runs the executables that were built with the tests.
struct Command {
    let status: Int32
    let output: String
    let error: String

    static let fixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// - Parameters:
    ///   - interruptAfter: sends Ctrl-C, once, when so many bytes of output have come.
    ///   - addressSpace: kilobytes that the process may map at most (`ulimit -v`).
    init(
        _ name: String, _ arguments: [String], input: String? = nil, interruptAfter bytes: Int? = nil,
        addressSpace: Int? = nil
    ) throws {
        let process = Process()
        let executable = try Self.executable(name)
        if let addressSpace {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "ulimit -v \(addressSpace); exec \"$0\" \"$@\"", executable.path] + arguments
        } else {
            process.executableURL = executable
            process.arguments = arguments
        }
        let (output, error, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = standardInput
        try process.run()
        if let input { try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
        var text = Data()
        var bytes = bytes
        while true {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { break }
            text += part
            if let limit = bytes, text.count >= limit {
                process.interrupt()
                bytes = nil  // once: a second Ctrl-C kills
            }
        }
        self.output = String(decoding: text, as: UTF8.self)
        self.error = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }

    /// Executables lie beside the bundle of the tests.
    private static func executable(_ name: String) throws -> URL {
        let bundles = [Bundle.main] + Bundle.allBundles
        let places = bundles.flatMap { [$0.bundleURL, $0.bundleURL.deletingLastPathComponent()] }
        let candidates = places.map { $0.appendingPathComponent(name) }
        return try #require(
            candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "\(name) has not been built")
    }

    /// The error as it must be: one line.
    var errorLine: String? {
        let lines = error.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count == 2 && lines[1].isEmpty && lines[0].hasPrefix("error: ") ? String(lines[0]) : nil
    }
}

/// A file that is deleted with the last reference.
final class TemporaryFile {
    let path: String

    init(_ bytes: some Sequence<UInt8>) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".gguf").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
