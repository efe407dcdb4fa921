/// A file of a repository.
package struct RepositoryFile: Sendable, Hashable {
    package let path: RepositoryPath
    /// In bytes.
    package let size: Int
    /// The name of its content: what the cache calls the blob. Nil for a file that was found in the cache.
    package let blob: ObjectName?
    /// The SHA-256 of its content. Only files in Git LFS, as all large ones are, have one.
    package let checksum: ObjectName?

    package init(path: RepositoryPath, size: Int, blob: ObjectName? = nil, checksum: ObjectName? = nil) {
        (self.path, self.size, self.blob, self.checksum) = (path, size, blob, checksum)
    }
}
