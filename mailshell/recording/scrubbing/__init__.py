"""Makes a copy of a recording that is fit for the public: names become pseudonyms, contents their shape."""
