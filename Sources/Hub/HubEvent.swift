import HubFiles

/// What happens during a download.
package enum HubEvent: Sendable, Hashable {
    case progress(DownloadProgress)
    /// Another process downloads the same file; it is waited for.
    case waiting(file: String)
    /// A request failed and is repeated.
    case retrying(HubError)
    /// The hub did not answer as it should, and files are taken as they were downloaded before.
    case usingCache(HubError)
}

/// How far a download is. Files that are there already count as done, and so does what an interrupted download left.
package struct DownloadProgress: Sendable, Hashable {
    /// The path of the file that is downloaded now, in its repository.
    package let file: String
    /// Of all files of this download.
    package let completedBytes: Int
    package let totalBytes: Int
}
