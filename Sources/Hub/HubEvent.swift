public import HubFiles

/// What happens during a download.
public enum HubEvent: Sendable, Hashable {
    case progress(DownloadProgress)
    /// Another process downloads the same file; it is waited for.
    case waiting(file: String)
    /// A request failed and is repeated.
    case retrying(HubError)
    /// The hub did not answer as it should, and files are taken as they were downloaded before.
    case usingCache(HubError)
}

/// How far a download is. Files that are there already count as done, and so does what an interrupted download left.
public struct DownloadProgress: Sendable, Hashable {
    /// The path of the file that is downloaded now, in its repository.
    public let file: String
    /// Of all files of this download.
    public let completedBytes: Int
    public let totalBytes: Int
}
