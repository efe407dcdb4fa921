package import Foundation
package import Platform

/// Files that only their owner may read, in a folder that is made if it is missing.
package enum PrivateFile {
    /// Appends `text`. The file is created if it is missing.
    package static func append(_ text: String, to url: URL) throws(SystemError) {
        makeFolder(of: url)
        try write(text, to: url.path, flags: O_APPEND | O_CREAT)
    }

    /// Replaces the file as a whole: a reader, or a crash, finds the old text or the new one.
    package static func replace(_ url: URL, with text: String) throws(SystemError) {
        makeFolder(of: url)
        let path = url.path + String(format: ".%08x.part", UInt32.random(in: 0...UInt32.max))
        do throws(SystemError) {
            try write(text, to: path, flags: O_CREAT | O_EXCL)
            guard rename(path, url.path) == 0 else { throw SystemError() }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// What is wrong with the folder, opening the file will say.
    private static func makeFolder(of url: URL) {
        try? FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    private static func write(_ text: String, to path: String, flags: Int32) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError() }
            rest = rest.dropFirst(count)
        }
    }
}
