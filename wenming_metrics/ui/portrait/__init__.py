"""单位画像: `facts` gathered once, for the screen and for the printed page."""
