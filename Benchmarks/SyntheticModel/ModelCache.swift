package import Foundation
internal import GGUF

/// The files of synthetic models, created if they are missing.
package struct ModelCache: Sendable {
    package let directory: URL

    /// Part of the names, so that files of other versions are not used.
    private static let version = 1

    package init(directory: URL) { self.directory = directory }

    /// `swift-gemma` in `$XDG_CACHE_HOME` or `~/.cache`.
    package static var standard: ModelCache {
        let environment = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? ""
        let caches =
            environment.isEmpty
            ? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache", isDirectory: true)
            : URL(fileURLWithPath: environment, isDirectory: true)
        return ModelCache(directory: caches.appendingPathComponent("swift-gemma", isDirectory: true))
    }

    /// The files of `model`. An existing file of the right size is used.
    /// - Parameter progress: called with a file's name and size before it is written.
    /// - Throws: `ModelCacheError` or `GGUFError`.
    package func files(
        of model: SyntheticModel, progress: (_ name: String, _ bytes: Int) -> Void = { _, _ in }
    ) throws -> (target: URL, drafter: URL) {
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw ModelCacheError.noDirectory(path: directory.path, reason: error.localizedDescription)
        }
        func file(_ infix: String, _ writer: GGUFWriter) throws -> URL {
            let name = "\(model.name)\(infix)-\(model.type)-v\(Self.version).gguf"
            let url = directory.appendingPathComponent(name)
            guard size(of: url) != writer.byteCount else { return url }
            try checkRoom(for: writer.byteCount)
            progress(name, writer.byteCount)
            try writer.write(to: url)
            return url
        }
        return (try file("", model.target()), try file("-assistant", model.drafter()))
    }

    private func size(of url: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? NSNumber)?.intValue
    }

    private func checkRoom(for bytes: Int) throws {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: directory.path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else { return }
        // Leaves some room for others.
        guard bytes + (256 << 20) <= free else {
            throw ModelCacheError.noRoom(path: directory.path, needed: bytes, free: free)
        }
    }
}

package enum ModelCacheError: Error, Equatable, Sendable, CustomStringConvertible {
    case noDirectory(path: String, reason: String)
    case noRoom(path: String, needed: Int, free: Int)

    package var description: String {
        switch self {
        case .noDirectory(let path, let reason):
            "cannot create the folder \(path) for synthetic models: \(reason); set XDG_CACHE_HOME to another folder"
        case .noRoom(let path, let needed, let free):
            "a synthetic model of \(needed / 1_000_000) MB does not fit in \(path), where only "
                + "\(free / 1_000_000) MB are free; set XDG_CACHE_HOME to a folder on another disk"
        }
    }
}
