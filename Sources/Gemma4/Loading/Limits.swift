/// The range of each hyperparameter: a file's value must be in it.
///
/// The comment after each limit gives the largest value in any released model. Limits are 3 to 8 times that, except the
/// two measured in positions. They also bound what a small file can ask for: one token's row is at most 3 MB in all
/// buffers together, its logits 4 MB, and a cache is compared with the machine's memory before it is made.
package enum Limits {
    package static let layers = 1...256  // 60 in 31B
    /// Positions are 32-bit numbers. Nothing is allocated by this number alone.
    package static let contextLength = 1...Int(Int32.max)  // 262144
    package static let slidingWindow = 1...Int(Int32.max)  // 1024; a ring is never longer than the context
    package static let vocabulary = 1...1 << 20  // 262144
    package static let embedding = 1...16_384  // 5376 in 31B
    package static let feedForward = 1...65_536  // 21504 in 31B
    package static let heads = 1...128  // 32 in 31B
    /// Even, since rotation takes halves of a head.
    package static let headWidth = 2...2048  // 512
    /// Of all heads of a layer together.
    package static let attentionWidth = 65_536  // 16384 in 31B
    package static let perLayerEmbedding = 0...2048  // 256 in E2B
    /// Of all layers together.
    package static let perLayerWidth = 65_536  // 10752 in E4B
    package static let experts = 0...1024  // 128 in 26B-A4B
    package static let usedExperts = 1...64  // 8 in 26B-A4B

    // The numbers that are not sizes are the same in all released models. A single-precision float holds every value
    // of these ranges, and its inverse.
    package static let epsilon = 1e-12...0.1  // 1e-6
    package static let rotaryBase = 1...1e12  // 1e4 and 1e6
    package static let logitSoftCap = 1e-2...1e6  // 30
}
