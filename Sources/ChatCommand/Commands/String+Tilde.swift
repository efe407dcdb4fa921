internal import Foundation

extension String {
    /// `~` and `~user` replaced by home folders.
    var expandingTilde: String { hasPrefix("~") ? NSString(string: self).expandingTildeInPath : self }
}
