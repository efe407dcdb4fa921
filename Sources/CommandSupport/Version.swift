internal import Tensor

package enum Version {
    package static let current = "0.1.0"

    /// What `--version` prints: the version, the kernels in use, and those that were compiled.
    package static var line: String {
        let compiled = Kernels.compiled.map(\.form.rawValue).joined(separator: ", ")
        return "swift-gemma \(current), kernels \(Kernels.current.form.rawValue) (of \(compiled))"
    }
}
