extension ContentPart: Codable {
    enum Kind: String, Codable {
        case text
        case image = "image_url"
        case audio = "input_audio"
        case video = "video_url"
    }

    var kind: Kind {
        switch self {
        case .text: .text
        case .image: .image
        case .audio: .audio
        case .video: .video
        }
    }

    private enum CodingKeys: String, CodingKey {
        case type, text
        case image = "image_url"
        case audio = "input_audio"
        case video = "video_url"
    }

    private struct Place: Codable {
        var url: String
        var detail: String?
    }

    private struct Audio: Codable {
        var data: String
        var format: String
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        switch try members.decode(Kind.self, forKey: .type) {
        case .text: self = .text(try members.decode(String.self, forKey: .text))
        case .image:
            let place = try members.decode(Place.self, forKey: .image)
            self = .image(url: place.url, detail: place.detail)
        case .audio:
            let audio = try members.decode(Audio.self, forKey: .audio)
            self = .audio(data: audio.data, format: audio.format)
        case .video: self = .video(url: try members.decode(Place.self, forKey: .video).url)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .type)
        switch self {
        case .text(let text): try members.encode(text, forKey: .text)
        case .image(let url, let detail): try members.encode(Place(url: url, detail: detail), forKey: .image)
        case .audio(let data, let format): try members.encode(Audio(data: data, format: format), forKey: .audio)
        case .video(let url): try members.encode(Place(url: url), forKey: .video)
        }
    }
}

extension MessageContent: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        do {
            self = .text(try value.decode(String.self))
        } catch DecodingError.typeMismatch {
            self = .parts(try value.decode([ContentPart].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .parts(let parts): try value.encode(parts)
        }
    }
}
