package import Tensor

/// How a cache stores its keys and its values.
package struct CacheTypes: Hashable, Sendable {
    package var key: CacheType
    package var value: CacheType

    package init(key: CacheType = .f16, value: CacheType = .f16) {
        self.key = key
        self.value = value
    }

    /// Single precision for both.
    package static let f32 = CacheTypes(key: .f32, value: .f32)
}
