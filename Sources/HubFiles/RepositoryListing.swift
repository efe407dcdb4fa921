import JSON

/// What the hub's API answers about a repository.
package enum RepositoryListing {
    /// The largest answer that is read, in bytes.
    package static let byteLimit = 16 << 20
    /// The most bytes of a listing in pages. The hub's pages have 1000 files, and about 300 bytes for each.
    package static let listingByteLimit = 64 << 20

    /// No file is larger than 16 TB, and no sum of sizes overflows.
    private static let sizes = 0...(1 << 44)
    private static let limits = JSONLimits(depth: 64, byteCount: byteLimit)

    /// The commit that a revision stands for, of the answer to `/api/models/OWNER/NAME/revision/REVISION`.
    /// - Throws: `HubError.unreadableAnswer`.
    package static func commit(of answer: [UInt8]) throws(HubError) -> ObjectName {
        guard let commit = try value(of: answer)["sha"]?.stringValue.flatMap(ObjectName.init) else {
            throw .unreadableAnswer(reason: "it names no commit")
        }
        return commit
    }

    /// The files of the answer to `/api/models/OWNER/NAME/tree/COMMIT?recursive=true`, or of one page of it.
    ///
    /// Files are left out whose names could leave a folder, or which have no proper size or checksum.
    /// - Throws: `HubError.unreadableAnswer`.
    package static func files(of answer: [UInt8]) throws(HubError) -> [RepositoryFile] {
        guard case .array(let entries) = try value(of: answer) else {
            throw .unreadableAnswer(reason: "it is not a list of files")
        }
        return entries.compactMap(file)
    }

    private static func file(_ entry: JSONValue) -> RepositoryFile? {
        guard entry["type"]?.stringValue == "file", let path = entry["path"]?.stringValue.flatMap(RepositoryPath.init),
            let size = entry["size"]?.numberValue?.intValue, sizes ~= size
        else { return nil }
        guard let large = entry["lfs"], large != .null else {
            guard let blob = entry["oid"]?.stringValue.flatMap(ObjectName.init) else { return nil }
            return RepositoryFile(path: path, size: size, blob: blob)
        }
        guard let checksum = large["oid"]?.stringValue.flatMap(ObjectName.init), checksum.text.utf8.count == 64,
            let size = large["size"]?.numberValue?.intValue, sizes ~= size
        else { return nil }
        return RepositoryFile(path: path, size: size, blob: checksum, checksum: checksum)
    }

    private static func value(of answer: [UInt8]) throws(HubError) -> JSONValue {
        do {
            return try JSONValue(json: answer, limits: limits)
        } catch {
            throw .unreadableAnswer(reason: "\(error)")
        }
    }
}
