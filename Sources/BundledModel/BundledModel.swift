import Foundation

/// The pair that comes with the package: a small Gemma 4 model that tells stories, and its drafter.
///
/// The files are in a resource folder beside the executable. They are looked up here, not through `Bundle.module`,
/// which ends the process if the folder is missing, nor in `Bundle.allBundles`, which crashes in Foundation 6.2 on
/// Linux.
package enum BundledModel {
    package static let target: URL? = url("gemma4-tiny-stories-q8_0.gguf")
    package static let assistant: URL? = url("gemma4-tiny-stories-assistant-q8_0.gguf")

    private static let folderNames = ["swift-gemma_BundledModel.resources", "swift-gemma_BundledModel.bundle"]

    #if os(macOS)
        /// The bundle of the tests is not the one of the program that runs them.
        private static let bundles = [Bundle.main, Bundle(for: Marker.self)]
        private final class Marker {}
    #else
        private static let bundles = [Bundle.main]
    #endif

    private static func url(_ name: String) -> URL? {
        let places = bundles.flatMap { bundle -> [URL?] in
            [bundle.bundleURL, bundle.bundleURL.deletingLastPathComponent(), bundle.resourceURL]
        }
        for case let place? in places {
            for folder in folderNames {
                let resources = place.appendingPathComponent(folder)
                for file in ["Models/\(name)", "Contents/Resources/Models/\(name)"] {
                    let url = resources.appendingPathComponent(file)
                    if FileManager.default.isReadableFile(atPath: url.path) { return url }
                }
            }
        }
        return nil
    }
}
