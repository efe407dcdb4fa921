import Foundation
import HubFiles
import Platform

/// The folder of a repository in the cache that programs for the hub share: contents in `blobs`, named by their
/// checksums, and for each commit links to them in `snapshots`; `refs` says which commit a branch was at.
struct Cache: Sendable {
    private let root: String
    private let name: String

    init(_ root: String, repository: String) {
        self.root = root
        name = "models--" + repository.replacing("/", with: "--")
    }

    /// The folder of the repository.
    var folder: String { "\(root)/\(name)" }

    func blob(_ name: ObjectName) -> String { "\(folder)/blobs/\(name)" }

    /// The file whose lock the process holds that writes a blob.
    func lock(_ blob: ObjectName) -> String { "\(root)/.locks/\(name)/\(blob).lock" }

    func file(_ path: RepositoryPath, _ commit: ObjectName) -> String { "\(folder)/snapshots/\(commit)/\(path)" }

    // MARK: - Looking

    /// Where a file is, if it has been downloaded and has its size.
    func downloaded(_ file: RepositoryFile, _ commit: ObjectName) -> String? {
        let path = self.file(file.path, commit)
        return Cache.size(path) == file.size ? path : nil
    }

    /// The size of a regular file, or of what a link leads to.
    static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// What is left to download of a file whose blob is not complete: nothing if it is.
    func missingBytes(of file: RepositoryFile, _ commit: ObjectName) -> Int {
        guard downloaded(file, commit) == nil else { return 0 }
        guard let blob = file.blob.map(self.blob) else { return file.size }
        return Cache.size(blob) == file.size ? 0 : max(0, file.size - (Cache.size(PartialFile.path(of: blob)) ?? 0))
    }

    /// The commit that a revision was at when it was last downloaded.
    func commit(of revision: String) -> ObjectName? {
        if let commit = ObjectName(revision) { return commit }
        guard RepositoryPath(revision) != nil,
            let text = try? String(contentsOfFile: "\(folder)/refs/\(revision)", encoding: .utf8)
        else { return nil }
        return ObjectName(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The files of a commit that have been downloaded.
    func files(of commit: ObjectName) -> [RepositoryFile] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: "\(folder)/snapshots/\(commit)")) ?? []
        return names.sorted().compactMap { name in
            guard let path = RepositoryPath(name), let size = Cache.size(file(path, commit)) else { return nil }
            return RepositoryFile(path: path, size: size)
        }
    }

    /// Bytes that may still be written to the folder, or to the closest one above it that exists; nil if unknown.
    func availableBytes() -> Int? {
        var folder = URL(fileURLWithPath: folder)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }

    // MARK: - Writing

    /// Makes a commit's link to a blob. It is relative, so that the cache can be moved.
    /// - Throws: `HubError.fileFailed`.
    func link(_ path: RepositoryPath, _ commit: ObjectName, to blob: ObjectName) throws(HubError) {
        let link = file(path, commit)
        try Cache.makeFolder(of: link)
        let target = String(repeating: "../", count: path.folders.count + 2) + "blobs/\(blob)"
        // Under another name first: a link that leads elsewhere, or nowhere, is replaced at once.
        let temporary = "\(link).\(UInt32.random(in: 0...UInt32.max)).part"
        guard symlink(target, temporary) == 0, rename(temporary, link) == 0 else {
            let error = SystemError()
            unlink(temporary)
            throw .fileFailed(path: link, reason: "\(error)")
        }
    }

    /// Notes which commit a branch or a tag is at.
    /// - Throws: `HubError.fileFailed`.
    func note(_ commit: ObjectName, of revision: String) throws(HubError) {
        guard ObjectName(revision) != commit else { return }
        let path = "\(folder)/refs/\(revision)"
        try Cache.makeFolder(of: path)
        do {
            try Data(commit.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .fileFailed(path: path, reason: "\(error.localizedDescription)")
        }
    }

    /// - Throws: `HubError.fileFailed`.
    static func makeFolder(of path: String) throws(HubError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .fileFailed(path: folder.path, reason: "\(error.localizedDescription)")
        }
    }
}
