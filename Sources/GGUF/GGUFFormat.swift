/// Constants of the file format, and the limits of this reader.
enum GGUFFormat {
    static let magic: [UInt8] = Array("GGUF".utf8)
    static let defaultAlignment = 32
    static let maximumAlignment = 1 << 20
    static let maximumKeyLength = 65535
    static let maximumNameLength = 63
    static let maximumDimensions: UInt32 = 4

    /// `offset` rounded up to a multiple of `alignment`.
    static func padded(_ offset: Int, to alignment: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}
